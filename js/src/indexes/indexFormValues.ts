import type { BuildParams, Form, Scope } from "../api/contract";
import { place, sortModels } from "../ui/models";

export interface IndexFormValues {
  brain_key: string;
  target: Scope;
  /** "" for samples */
  patches_field: string;
  source: BuildParams["source"];
  model: string;
  embeddings_field: string;
  /** the model that made the embeddings of the field, "" for nobody knows */
  made_by: string;
  metric: string;
  consistency_level: string;
  /** "" for what suits the server */
  index_type: string;
  filter_fields: string[];
  /** as typed; "" for the default */
  batch_size: string;
  alpha: string;
  model_kwargs: string;
  force_square: boolean;
  delegate: boolean;
}

/** What the person has changed so far. */
export type IndexDraft = Partial<IndexFormValues>;

export type IndexFormProblems = Partial<Record<keyof IndexFormValues, string>>;

/** The embeddings fields that fit what is to be indexed. */
export function fittingFields(form: Form, patches_field: string): string[] {
  return form.embeddings_fields
    .filter((each) => (each.patches_field ?? "") === patches_field)
    .map((each) => each.field);
}

/** The fields that Milvus can keep beside the vectors of what is to be indexed. */
export function filterFields(form: Form, patches_field: string): string[] {
  return form.filter_fields
    .filter((each) => (each.patches_field ?? "") === patches_field)
    .map((each) => each.field);
}

/** The draft on top of the defaults; choices that the dataset lacks fall back. */
export function fillDefaults(form: Form, draft: IndexDraft): IndexFormValues {
  const patches_field = oneOf(form.patches_fields, draft.patches_field) ?? "";
  const fields = fittingFields(form, patches_field);
  const models = sortModels(form.models);
  const names = models.map((model) => model.name);
  const fallback = models[0] && place(models[0]) === 0 ? models[0].name : "";
  const { media_problems } = form;
  const target = draft.target ?? (media_problems.dataset && !media_problems.view ? "view" : "dataset");
  const readable = mediaProblem(form, target) === null || fields.length === 0;
  return {
    brain_key: draft.brain_key ?? form.brain_key,
    target,
    patches_field,
    source: draft.source ?? (models.length > 0 && readable ? "model" : "field"),
    model: draft.model === "" ? "" : (oneOf(names, draft.model) ?? fallback),
    embeddings_field: oneOf(fields, draft.embeddings_field) ?? fields[0] ?? "",
    made_by: oneOf(names, draft.made_by) ?? "",
    metric: oneOf(form.metrics, draft.metric) ?? form.metrics[0] ?? "",
    consistency_level:
      oneOf(form.consistency_levels, draft.consistency_level) ?? form.consistency_levels[0] ?? "",
    index_type: oneOf(form.index_types, draft.index_type) ?? "",
    filter_fields: (draft.filter_fields ?? []).filter((field) =>
      filterFields(form, patches_field).includes(field),
    ),
    batch_size: draft.batch_size ?? "",
    alpha: draft.alpha ?? "",
    model_kwargs: draft.model_kwargs ?? "",
    force_square: draft.force_square ?? false,
    delegate: form.can_delegate && (draft.delegate ?? false),
  };
}

/** Why a model can't read what is to be indexed; a selection is one in the view. */
function mediaProblem({ media_problems }: Form, target: Scope): string | null {
  return media_problems[target === "dataset" ? "dataset" : "view"];
}

function oneOf(all: string[], one: string | undefined): string | undefined {
  return one !== undefined && all.includes(one) ? one : undefined;
}

/** What keeps the values from being built, a sentence a field. */
export function formProblems(form: Form, values: IndexFormValues, selected: number): IndexFormProblems {
  const problems: IndexFormProblems = {};
  const key = brainKeyProblem(values.brain_key, form.brain_keys);
  if (key) problems.brain_key = key;
  if (values.target === "selected" && selected === 0)
    problems.target = "Select samples in the grid first.";
  if (values.source === "model" && !values.model) problems.model = "Choose a model.";
  if (values.source === "field" && !values.embeddings_field)
    problems.embeddings_field = `No field holds embeddings of ${values.patches_field || "samples"}.`;
  if (values.source === "model") Object.assign(problems, embeddingProblems(form, values));
  return problems;
}

function embeddingProblems(form: Form, values: IndexFormValues): IndexFormProblems {
  const problems: IndexFormProblems = {};
  const media = mediaProblem(form, values.target);
  if (media) problems.source = media;
  const model = form.models.find((each) => each.name === values.model);
  if (model && place(model) === 2)
    problems.model = `It needs packages first: pip install ${model.lacks.join(" ")}`;
  if (values.batch_size !== "" && !/^[1-9]\d*$/.test(values.batch_size.trim()))
    problems.batch_size = "A batch has 1 image or more.";
  if (values.alpha !== "" && Number.isNaN(Number(values.alpha)))
    problems.alpha = "Type a number, such as 0.1.";
  if (values.model_kwargs.trim() !== "" && !isObject(values.model_kwargs))
    problems.model_kwargs = "Type a JSON object.";
  return problems;
}

function isObject(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

export function brainKeyProblem(key: string, taken: string[]): string | null {
  if (key === "") return "Give the index a name.";
  if (/^\d/.test(key)) return "The name can't start with a digit.";
  if (!/^\w+$/.test(key)) return "Use letters, digits and underscores only.";
  if (taken.includes(key)) return `${key} is taken: choose another name.`;
  return null;
}

export function buildParams(values: IndexFormValues): BuildParams {
  const { brain_key, target, source, metric, consistency_level } = values;
  const { patches_field, index_type, filter_fields } = values;
  return {
    brain_key,
    target,
    ...(patches_field && { patches_field }),
    source,
    ...(source === "model" ? embeddingParams(values) : fieldParams(values)),
    metric,
    consistency_level,
    ...(index_type && { index_type }),
    ...(filter_fields.length > 0 && { filter_fields }),
  };
}

function fieldParams({ embeddings_field, made_by }: IndexFormValues): Partial<BuildParams> {
  return { embeddings_field, ...(made_by && { model: made_by }) };
}

function embeddingParams(values: IndexFormValues): Partial<BuildParams> {
  const { model, batch_size, alpha, model_kwargs, force_square, patches_field } = values;
  return {
    model,
    ...(batch_size && { batch_size: Number(batch_size) }),
    ...(model_kwargs.trim() && { model_kwargs }),
    ...(patches_field && alpha && { alpha: Number(alpha) }),
    ...(patches_field && force_square && { force_square }),
  };
}
