import { useRecoilValue } from "recoil";
import * as fos from "@fiftyone/state";
import { Box } from "@mui/material";
import { DatasetPanel } from "./DatasetPanel";
import { UrisContext, type Uris } from "./shared/api";
import { Empty } from "./shared/Empty";

interface Props {
  /** the panel's state from Python; everything shown is asked for instead */
  data?: unknown;
  schema: { view: Uris };
}

export function MilvusPanel({ schema }: Props) {
  const dataset = useRecoilValue(fos.datasetName);
  return (
    <UrisContext.Provider value={schema.view}>
      <Box data-cy="milvus-panel" sx={{ p: 1.5, height: "100%", overflow: "auto" }}>
        {dataset ? (
          <DatasetPanel key={dataset} dataset={dataset} />
        ) : (
          <Empty
            name="milvus-no-dataset"
            icon="hub"
            title="No dataset"
            text="Open a dataset to search it by similarity."
          />
        )}
      </Box>
    </UrisContext.Provider>
  );
}
