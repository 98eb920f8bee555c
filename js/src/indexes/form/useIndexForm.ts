import { usePanelStatePartial } from "@fiftyone/spaces";
import { useApi } from "../../shared/api";
import { useFetched } from "../../shared/useFetched";
import { useGrid, useSelection } from "../../shared/useGrid";
import { check, fill, type Draft } from "./values";

/** What was typed into the form, kept while it is closed. */
export function useDraft() {
  return usePanelStatePartial<Draft>("milvus_draft", {}, true);
}

/** What the form offers and holds. Python is asked again only when the grid changes. */
export function useIndexForm(dataset: string) {
  const api = useApi();
  const [draft, setDraft] = useDraft();
  const { value: form, error, loading, reload } = useFetched(api.form, dataset, useGrid().revision);
  const selected = useSelection().samples;
  const values = form && fill(form, draft);
  return {
    form,
    error,
    loading,
    reload,
    selected,
    values,
    problems: form && values ? check(form, values, selected) : {},
    change: (part: Draft) => setDraft({ ...draft, ...part }),
  };
}
