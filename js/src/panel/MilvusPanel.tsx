import { Box } from "@mui/material";
import { useRef, useState, type KeyboardEvent } from "react";
import { ApiProvider } from "../api/ApiProvider";
import type { Uris } from "../api/client";
import type { Overview } from "../api/contract";
import { useDatasetName, useIsInModal } from "../hooks/appState";
import { ScrollContext } from "../hooks/ScrollContext";
import { OpenedResult } from "../search/OpenedResult";
import { EmptyState } from "../ui/EmptyState";
import { DatasetPanel } from "./DatasetPanel";
import { strings } from "./strings";

type First = Overview | { error: unknown } | undefined;

interface Props {
  /** what Python gave the panel when it was opened; what is shown later is asked for */
  data?: { first_overview?: First };
  schema: { view: Uris };
}

export function MilvusPanel({ data, schema }: Props) {
  const dataset = useDatasetName();
  // the App copies the data whenever it draws the panel
  const [opened] = useState(data?.first_overview);
  const inModal = useIsInModal();
  const scroller = useRef<HTMLElement>(null);
  return (
    <ApiProvider uris={schema.view}>
      <Box
        ref={scroller}
        data-cy="milvus-panel"
        onKeyDown={keepEnter}
        // a button that fades has the browser draw every frame while results are on their way
        sx={{ p: 1.5, height: "100%", overflow: "auto", "& .MuiButtonBase-root": { transition: "none" } }}
      >
        {dataset ? (
          <ScrollContext.Provider value={scroller}>
            {inModal ? <OpenedResult /> : <DatasetPanel key={dataset} dataset={dataset} first={given(opened, dataset)} />}
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

/** The overview that came with the panel, unless it was opened on another dataset. */
function given(first: First, dataset: string): Overview | null {
  return first && "dataset" in first && first.dataset.name === dataset ? first : null;
}

/** Keeps Enter from the App, so that it presses buttons here. */
function keepEnter(event: KeyboardEvent) {
  if (event.key === "Enter") event.stopPropagation();
}
