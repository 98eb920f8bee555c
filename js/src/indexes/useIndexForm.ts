import { useApi } from "../api/client";
import type { Form } from "../api/contract";
import { useFetched } from "../api/useFetched";
import { useGrid, useSelection, usePanelState } from "../hooks/appState";
import { fillDefaults, formProblems, type IndexDraft, type IndexFormProblems, type IndexFormValues } from "./indexFormValues";
import { formOf, videosIn } from "./videoValues";

/** What was entered into the form, which is kept while it is closed. */
export function useIndexDraft() {
  return usePanelState<IndexDraft>("milvus_index_draft", {});
}

/** What the form offers and holds. Python is asked again only when the grid changes. */
export function useIndexForm(dataset: string) {
  const api = useApi();
  const [draft, setDraft] = useIndexDraft();
  const { value: form, error, loading, reload } = useFetched(api.form, dataset, useGrid().revision);
  const selected = useSelection().sampleIds.length;
  const values = form && fillDefaults(form, draft);
  return {
    form: form && values && formOf(form, values),
    videos: form && values && videosIn(form, values.scope),
    ownVectors: form !== null && form.embeddings_fields.length > 0,
    error,
    loading,
    reload,
    selected,
    values,
    problems: form && values ? formProblems(form, values, selected) : {},
    change: (part: IndexDraft) => setDraft({ ...draft, ...part }),
  };
}

/** What each part of the form works on. */
export interface FieldProps {
  form: Form;
  values: IndexFormValues;
  problems: IndexFormProblems;
  change: (part: IndexDraft) => void;
}
