import type { BuildParams, Form, Scope } from "../api/contract";
import { brainKeyProblem } from "../ui/brainKey";
import { group, sortModels } from "../ui/models";
import { strings } from "./strings";
import { formOf, framesProblem, videoDefaults, videoParams, type VideoValues } from "./videoValues";

export interface IndexFormValues extends VideoValues {
  brain_key: string;
  scope: Scope;
  /** of groups, for a model */
  slices: string[];
  /** "" for samples */
  patches_field: string;
  source: BuildParams["source"];
  model: string;
  embeddings_field: string;
  /** the model that made the embeddings of the field, "" if unknown */
  made_by: string;
  metric: string;
  consistency_level: string;
  /** "" for the default of the server */
  index_type: string;
  filter_fields: string[];
  /** as typed; "" for the default */
  batch_size: string;
  alpha: string;
  model_kwargs: string;
  force_square: boolean;
  engine: string;
  delegate: boolean;
}

/** What the person has changed so far. */
export type IndexDraft = Partial<IndexFormValues>;

export type IndexFormProblems = Partial<Record<keyof IndexFormValues, string>>;

/** The embeddings fields of the samples, or of the patches, to index. */
export function fittingFields(form: Form, patches_field: string): string[] {
  return form.embeddings_fields
    .filter((each) => (each.patches_field ?? "") === patches_field)
    .map((each) => each.field);
}

/** The fields whose values can be stored with the vectors. */
export function filterFields(form: Form, patches_field: string): string[] {
  return form.filter_fields
    .filter((each) => (each.patches_field ?? "") === patches_field)
    .map((each) => each.field);
}

/** The slices of groups that a model can read; selected samples are in the view. */
export function offeredSlices({ slices }: Form, scope: Scope): string[] {
  return slices[scope === "dataset" ? "dataset" : "view"];
}

/** The draft with defaults for the rest, also where the dataset has no such choice. */
export function fillDefaults(whole: Form, draft: IndexDraft): IndexFormValues {
  const { dataset, view } = whole.media_problems;
  const scope = draft.scope ?? (dataset && !view ? "view" : "dataset");
  const ofVideos = videoDefaults(whole, draft, scope);
  const form = formOf(whole, { scope, ...ofVideos });
  const patches_field = oneOf(form.patches_fields, draft.patches_field) ?? "";
  const fields = fittingFields(form, patches_field);
  const models = sortModels(form.models);
  const names = models.map((model) => model.name);
  const engines = form.engines.map(({ value }) => value);
  const fallback = models[0] && group(models[0]) === 0 ? models[0].name : "";
  const readable = mediaProblem(form, scope) === null || fields.length === 0;
  const slices = offeredSlices(form, scope);
  return {
    brain_key: draft.brain_key ?? form.brain_key,
    scope,
    ...ofVideos,
    slices: (draft.slices ?? slices.slice(0, 1)).filter((slice) => slices.includes(slice)),
    patches_field,
    source: ofVideos.videos_as === "clips" ? "field" : (draft.source ?? (models.length > 0 && readable ? "model" : "field")),
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
    engine: oneOf(engines, draft.engine) ?? engines[0],
    delegate: form.can_delegate && (draft.delegate ?? false),
  };
}

/** Why a model can't read the samples; selected ones are in the view. */
function mediaProblem({ media_problems }: Form, scope: Scope): string | null {
  return media_problems[scope === "dataset" ? "dataset" : "view"];
}

function oneOf(all: string[], one: string | undefined): string | undefined {
  return one !== undefined && all.includes(one) ? one : undefined;
}

/** Why an index can't be built, by field. */
export function formProblems(whole: Form, values: IndexFormValues, selected: number): IndexFormProblems {
  const form = formOf(whole, values);
  const problems: IndexFormProblems = {};
  const frames = framesProblem(form, values);
  if (frames) problems.fps = frames;
  const key = brainKeyProblem(values.brain_key, form.brain_keys);
  if (key) problems.brain_key = key;
  if (values.scope === "selected" && selected === 0)
    problems.scope = strings.nothingSelected;
  if (values.source === "model" && !values.model) problems.model = strings.noModel;
  if (values.source === "field" && !values.embeddings_field)
    problems.embeddings_field = strings.noEmbeddings(values.patches_field || strings.samples);
  if (values.source === "model") Object.assign(problems, embeddingProblems(form, values));
  return problems;
}

function embeddingProblems(form: Form, values: IndexFormValues): IndexFormProblems {
  const problems: IndexFormProblems = {};
  const media = mediaProblem(form, values.scope);
  if (media && offeredSlices(form, values.scope).length === 0) problems.source = media;
  else if (media && values.slices.length === 0) problems.slices = strings.noSlices;
  const model = form.models.find((each) => each.name === values.model);
  if (model && group(model) === 2)
    problems.model = strings.missingPackages(model.missing_packages);
  if (values.batch_size !== "" && !/^[1-9]\d*$/.test(values.batch_size.trim()))
    problems.batch_size = strings.badBatchSize;
  if (values.alpha !== "" && Number.isNaN(Number(values.alpha)))
    problems.alpha = strings.notANumber;
  if (values.model_kwargs.trim() !== "" && !isObject(values.model_kwargs))
    problems.model_kwargs = strings.notAnObject;
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

export function buildParams(values: IndexFormValues): BuildParams {
  const { brain_key, scope, source, metric, consistency_level } = values;
  const { patches_field, index_type, filter_fields, engine } = values;
  return {
    brain_key,
    scope,
    ...videoParams(values),
    ...(patches_field && { patches_field }),
    source,
    ...(source === "model" ? embeddingParams(values) : fieldParams(values)),
    metric,
    consistency_level,
    ...(index_type && { index_type }),
    ...(filter_fields.length > 0 && { filter_fields }),
    engine,
  };
}

function fieldParams({ embeddings_field, made_by }: IndexFormValues): Partial<BuildParams> {
  return { embeddings_field, ...(made_by && { model: made_by }) };
}

function embeddingParams(values: IndexFormValues): Partial<BuildParams> {
  const { slices, model, batch_size, alpha, model_kwargs, force_square, patches_field } = values;
  return {
    ...(slices.length > 0 && { slices }),
    model,
    ...(batch_size && { batch_size: Number(batch_size) }),
    ...(model_kwargs.trim() && { model_kwargs }),
    ...(patches_field && alpha && { alpha: Number(alpha) }),
    ...(patches_field && force_square && { force_square }),
  };
}
