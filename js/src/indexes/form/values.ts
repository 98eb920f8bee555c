import type { BuildParams, Form, Model, Target } from "../../shared/api";

export interface Values {
  brain_key: string;
  target: Target;
  /** "" for samples */
  patches_field: string;
  source: BuildParams["source"];
  model: string;
  embeddings_field: string;
  metric: string;
  consistency_level: string;
  delegate: boolean;
}

/** What the person has changed so far. */
export type Draft = Partial<Values>;

export type Problems = Partial<Record<keyof Values, string>>;

/** Downloaded models first, those that embed text before the others. */
export function sortModels(models: Model[]): Model[] {
  const place = (model: Model) => (model.downloaded ? 0 : 2) + (model.supports_prompts ? 0 : 1);
  return [...models].sort((a, b) => place(a) - place(b) || a.name.localeCompare(b.name));
}

/** The embeddings fields that fit what is to be indexed. */
export function fittingFields(form: Form, patches_field: string): string[] {
  return form.embeddings_fields
    .filter((each) => (each.patches_field ?? "") === patches_field)
    .map((each) => each.field);
}

/** The draft on top of the defaults; choices that the dataset lacks fall back. */
export function fill(form: Form, draft: Draft): Values {
  const patches_field = known(form.patches_fields, draft.patches_field) ?? "";
  const fields = fittingFields(form, patches_field);
  const models = sortModels(form.models);
  const names = models.map((model) => model.name);
  const fallback = models[0]?.downloaded ? models[0].name : "";
  return {
    brain_key: draft.brain_key ?? form.brain_key,
    target: draft.target ?? "dataset",
    patches_field,
    source: draft.source ?? (models.length > 0 ? "model" : "field"),
    model: draft.model === "" ? "" : (known(names, draft.model) ?? fallback),
    embeddings_field: known(fields, draft.embeddings_field) ?? fields[0] ?? "",
    metric: known(form.metrics, draft.metric) ?? form.metrics[0] ?? "",
    consistency_level:
      known(form.consistency_levels, draft.consistency_level) ?? form.consistency_levels[0] ?? "",
    delegate: form.can_delegate && (draft.delegate ?? false),
  };
}

function known(all: string[], one: string | undefined): string | undefined {
  return one !== undefined && all.includes(one) ? one : undefined;
}

/** What keeps the values from being built, a sentence a field. */
export function check(form: Form, values: Values, selected: number): Problems {
  const problems: Problems = {};
  const key = brainKeyProblem(values.brain_key, form.brain_keys);
  if (key) problems.brain_key = key;
  if (values.target === "selected" && selected === 0)
    problems.target = "Select samples in the grid first.";
  if (values.source === "model" && !values.model) problems.model = "Choose a model.";
  if (values.source === "field" && !values.embeddings_field)
    problems.embeddings_field = `No field holds embeddings of ${values.patches_field || "samples"}.`;
  return problems;
}

export function brainKeyProblem(key: string, taken: string[]): string | null {
  if (key === "") return "Give the index a name.";
  if (/^\d/.test(key)) return "The name can't start with a digit.";
  if (!/^\w+$/.test(key)) return "Use letters, digits and underscores only.";
  if (taken.includes(key)) return `${key} is taken: choose another name.`;
  return null;
}

export function buildParams(values: Values): BuildParams {
  const { brain_key, target, source, metric, consistency_level } = values;
  return {
    brain_key,
    target,
    ...(values.patches_field && { patches_field: values.patches_field }),
    source,
    ...(source === "model"
      ? { model: values.model }
      : { embeddings_field: values.embeddings_field }),
    metric,
    consistency_level,
  };
}
