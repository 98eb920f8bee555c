import { strings } from "./strings";

/** How to connect to a kind of Milvus; what is in angle brackets has to be filled in. */
export interface Guide {
  kind: string;
  about: string;
  /** its name in Milvus's documentation, if that is another */
  product?: string;
  docs: string;
  lines: string[];
}

const PREFIX = "FIFTYONE_BRAIN_SIMILARITY_MILVUS_";

export const GUIDES: Guide[] = [
  {
    ...strings.guides.standalone,
    docs: "https://milvus.io/docs/install_standalone-docker.md",
    lines: [`export ${PREFIX}URI=http://localhost:19530`],
  },
  {
    ...strings.guides.distributed,
    docs: "https://milvus.io/docs/install_cluster-milvusoperator.md",
    lines: [
      `export ${PREFIX}URI=https://<host>:19530`,
      `export ${PREFIX}USER=<user>`,
      `export ${PREFIX}PASSWORD=<password>`,
      `export ${PREFIX}DB_NAME=<database>`,
    ],
  },
  {
    ...strings.guides.cloud,
    docs: "https://docs.zilliz.com/docs/connect-to-cluster",
    lines: [`export ${PREFIX}URI=https://<cluster>.zillizcloud.com`, `export ${PREFIX}TOKEN=<API key>`],
  },
  {
    ...strings.guides.embedded,
    product: strings.milvusLite,
    docs: "https://milvus.io/docs/milvus_lite.md",
    lines: [`unset ${PREFIX}URI ${PREFIX}USER ${PREFIX}PASSWORD ${PREFIX}TOKEN`],
  },
];
