import { Box } from "@mui/material";
import { useRef, type KeyboardEvent } from "react";
import { DatasetPanel } from "./DatasetPanel";
import type { Uris } from "../api/client";
import { useDatasetName } from "../hooks/appState";
import { ApiProvider } from "../api/ApiProvider";
import { EmptyState } from "../ui/EmptyState";
import { ScrollContext } from "../hooks/ScrollContext";

interface Props {
  /** the panel's state from Python; everything shown is asked for instead */
  data?: unknown;
  schema: { view: Uris };
}

export function MilvusPanel({ schema }: Props) {
  const dataset = useDatasetName();
  const scroller = useRef<HTMLElement>(null);
  return (
    <ApiProvider uris={schema.view}>
      <Box ref={scroller} data-cy="milvus-panel" onKeyDown={keepEnter} sx={{ p: 1.5, height: "100%", overflow: "auto" }}>
        {dataset ? (
          <ScrollContext.Provider value={scroller}>
            <DatasetPanel key={dataset} dataset={dataset} />
          </ScrollContext.Provider>
        ) : (
          <EmptyState
            name="milvus-no-dataset"
            icon="hub"
            title="No dataset"
            text="Open a dataset to search it by similarity."
          />
        )}
      </Box>
    </ApiProvider>
  );
}

/** The App takes Enter for itself, and then it would press no button here. */
function keepEnter(event: KeyboardEvent) {
  if (event.key === "Enter") event.stopPropagation();
}
