import { Box } from "@mui/material";
import { useRef, type KeyboardEvent } from "react";
import { ApiProvider } from "../api/ApiProvider";
import type { Uris } from "../api/client";
import { useDatasetName } from "../hooks/appState";
import { ScrollContext } from "../hooks/ScrollContext";
import { EmptyState } from "../ui/EmptyState";
import { DatasetPanel } from "./DatasetPanel";
import { strings } from "./strings";

interface Props {
  /** the panel's state from Python, which isn't used: what is shown is asked for */
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
            title={strings.noDataset}
            text={strings.noDatasetHint}
          />
        )}
      </Box>
    </ApiProvider>
  );
}

/** Keeps Enter from the App, so that it presses buttons here. */
function keepEnter(event: KeyboardEvent) {
  if (event.key === "Enter") event.stopPropagation();
}
