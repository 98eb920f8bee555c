import { Box, Button, Stack } from "@mui/material";
import { useState } from "react";
import { useApi } from "../api/client";
import { useSelection } from "../hooks/appState";
import { NameForm } from "./NameForm";
import { strings } from "./strings";
import type { ShownResult } from "./useSearch";

type Action = "tag" | "save_view" | "save_search";

/** What can be done with the results. */
export function ResultActions({ shown }: { shown: ShownResult }) {
  const api = useApi();
  const [open, setOpen] = useState<Action | null>(null);
  const { result, keep } = shown;
  const { token } = result;
  const { sampleIds: selection } = useSelection();
  const kept = { token, keep };
  const forms = {
    tag: {
      title: strings.tag,
      label: selection.length ? strings.tagSelected : strings.tagResults(keep),
      call: (tag: string) => api.tag_results({ ...kept, tag, ...(selection.length > 0 && { selection }) }),
    },
    save_view: {
      title: strings.saveView,
      label: strings.viewName,
      call: (name: string) => api.save_view({ ...kept, name }),
    },
    save_search: {
      title: strings.saveSearch,
      label: strings.searchName,
      call: (name: string) => api.save_search({ token, name }),
    },
  };
  const actions = Object.keys(forms) as Action[];
  return (
    <>
      <Stack direction="row" useFlexGap flexWrap="wrap" spacing={0.5}>
        {actions.map((action) => (
          <Button
            key={action}
            size="small"
            color="secondary"
            aria-expanded={open === action}
            data-cy={`milvus-${action}`}
            onClick={() => setOpen(open === action ? null : action)}
            sx={{ textTransform: "none" }}
          >
            {forms[action].title}
          </Button>
        ))}
      </Stack>
      {open && (
        <Box sx={{ flexBasis: "100%", pt: 1 }}>
          <NameForm key={open} {...forms[open]} onClose={() => setOpen(null)} />
        </Box>
      )}
    </>
  );
}
