/** How each kind of Milvus is connected to; what is in angle brackets is the person's. */
export interface Guide {
  kind: string;
  about: string;
  docs: string;
  lines: string[];
}

const PREFIX = "FIFTYONE_BRAIN_SIMILARITY_MILVUS_";

export const GUIDES: Guide[] = [
  {
    kind: "Standalone",
    about: "One server in Docker, for a team and for millions of vectors.",
    docs: "https://milvus.io/docs/install_standalone-docker.md",
    lines: [`export ${PREFIX}URI=http://localhost:19530`],
  },
  {
    kind: "Distributed",
    about: "A cluster on Kubernetes, for billions of vectors.",
    docs: "https://milvus.io/docs/install_cluster-milvusoperator.md",
    lines: [
      `export ${PREFIX}URI=https://<host>:19530`,
      `export ${PREFIX}USER=<user>`,
      `export ${PREFIX}PASSWORD=<password>`,
      `export ${PREFIX}DB_NAME=<database>`,
    ],
  },
  {
    kind: "Zilliz Cloud",
    about: "Milvus as a service: the address and the key are on the cluster's page.",
    docs: "https://docs.zilliz.com/docs/connect-to-cluster",
    lines: [`export ${PREFIX}URI=https://<cluster>.zillizcloud.com`, `export ${PREFIX}TOKEN=<API key>`],
  },
  {
    kind: "Embedded",
    about: "Milvus Lite on this machine: what is used when nothing is set.",
    docs: "https://milvus.io/docs/milvus_lite.md",
    lines: [`unset ${PREFIX}URI ${PREFIX}USER ${PREFIX}PASSWORD ${PREFIX}TOKEN`],
  },
];
