import { Box, Button, Stack } from "@mui/material";
import type { ReactNode } from "react";
import { useApi } from "../api/client";
import { useSelection } from "../hooks/appState";
import { MessageAlert } from "../ui/MessageAlert";
import { NameForm } from "./NameForm";
import { strings } from "./strings";
import type { ShownResult } from "./useSearch";
import type { Tags } from "./useTags";

export type Action = "tag" | "save_view" | "save_search";

interface Props {
  shown: ShownResult;
  /** how many the grid shows */
  inGrid: number;
  tags: Tags;
  open: Action | null;
  onOpen: (action: Action | null) => void;
  /** beside the actions */
  children?: ReactNode;
}

const BUTTON = { size: "small", color: "secondary", sx: { textTransform: "none" } } as const;

/** What can be done with the results. */
export function ResultActions({ shown, inGrid, tags, open, onOpen, children }: Props) {
  const api = useApi();
  const { result, keep } = shown;
  const { token } = result;
  const { sampleIds: selection } = useSelection();
  const forms = {
    tag: {
      title: strings.tag,
      label: selection.length ? strings.tagSelected : strings.tagResults(inGrid),
      suggestions: tags.suggestions,
      call: (tag: string) => tags.tag(tag, selection),
    },
    save_view: {
      title: strings.saveView,
      label: strings.viewName,
      call: (name: string) => api.save_view({ token, keep, name }),
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
        {tags.undoable !== null && (
          <Button {...BUTTON} aria-label={strings.untag(tags.undoable)} data-cy="milvus-undo-tag" onClick={tags.undo}>
            {strings.undoTag}
          </Button>
        )}
        {actions.map((action) => (
          <Button
            key={action}
            {...BUTTON}
            aria-expanded={open === action}
            data-cy={`milvus-${action}`}
            onClick={() => onOpen(open === action ? null : action)}
          >
            {forms[action].title}
          </Button>
        ))}
        {children}
      </Stack>
      <MessageAlert message={tags.problem} />
      {open && (
        <Box sx={{ flexBasis: "100%", pt: 1 }}>
          <NameForm key={open} {...forms[open]} onClose={() => onOpen(null)} />
        </Box>
      )}
    </>
  );
}
