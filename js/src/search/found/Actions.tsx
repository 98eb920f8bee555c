import { Button, Stack } from "@mui/material";
import { useState } from "react";
import * as fos from "@fiftyone/state";
import { useRecoilValue } from "recoil";
import { useApi } from "../../shared/api";
import { counted } from "../../shared/format";
import type { Found, Search } from "../useSearch";
import { NameForm } from "./NameForm";

type Action = "tag" | "save_view" | "save_search";

/** What can be done with the hits. */
export function Actions({ search, found }: { search: Search; found: Found }) {
  const api = useApi();
  const [open, setOpen] = useState<Action | null>(null);
  const { result, keep } = found;
  const { token } = result;
  const ticked = useTicked(found);
  const kept = { token, keep };
  const forms = {
    tag: {
      title: "Tag",
      label: `Tag for ${ticked.length ? `${counted(ticked.length, "ticked hit")}` : counted(keep, "hit")}`,
      call: (tag: string) => api.tag({ ...kept, tag, ...(ticked.length && { ids: ticked }) }),
    },
    save_view: {
      title: "Save view",
      label: "Name of the view",
      call: (name: string) => api.save_view({ ...kept, name }),
    },
    save_search: {
      title: "Save search",
      label: "Name of the search",
      call: (name: string) => api.save_search({ token, name }),
    },
  };
  const actions = Object.keys(forms) as Action[];
  return (
    <Stack spacing={1}>
      <Stack direction="row" useFlexGap flexWrap="wrap" spacing={0.5}>
        {actions.map((action) => (
          <Button
            key={action}
            size="small"
            color="secondary"
            variant="outlined"
            aria-expanded={open === action}
            data-cy={`milvus-${action}`}
            onClick={() => setOpen(open === action ? null : action)}
            sx={{ textTransform: "none" }}
          >
            {forms[action].title}
          </Button>
        ))}
        <Button
          size="small"
          color="secondary"
          data-cy="milvus-clear"
          disabled={search.busy}
          onClick={search.clear}
          sx={{ textTransform: "none" }}
        >
          Clear
        </Button>
      </Stack>
      {open && <NameForm key={open} {...forms[open]} onClose={() => setOpen(null)} />}
    </Stack>
  );
}

/** The ids of those of the listed hits that are selected in the grid. */
function useTicked({ result }: Found): string[] {
  const selected = useRecoilValue(fos.selectedSamples);
  const hits = new Set(result.hits.map(({ id }) => id));
  return [...selected.keys()].filter((id) => hits.has(id));
}
