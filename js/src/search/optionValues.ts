import type { Index, SearchOptions } from "../api/contract";
import { fromWhere, toWhere, conditionProblem, type TypedConditions } from "./filterConditions";
import { strings } from "./strings";

/** The options as text inputs have them; empty is unset. */
export interface OptionValues {
  k: string;
  scope: SearchOptions["scope"];
  reverse: boolean;
  exclude_query: boolean;
  min_score: string;
  max_score: string;
  group_by: string;
  min_matches: string;
  fuse_with: string;
  score_field: string;
  /** by field */
  where: TypedConditions;
  /** by parameter of the index */
  search_params: Record<string, string>;
}

export const DEFAULT_OPTIONS: OptionValues = {
  k: "25",
  scope: "dataset",
  reverse: false,
  exclude_query: false,
  min_score: "",
  max_score: "",
  group_by: "",
  min_matches: "",
  fuse_with: "",
  score_field: "",
  where: {},
  search_params: {},
};

export const MAX_K = 10_000;
const NUMBERS = ["min_score", "max_score"] as const;
const WORDS = ["group_by", "fuse_with", "score_field"] as const;

/** The options that depend on the index. */
export type IndexOptions = Pick<Index, "filter_fields" | "search_params">;

export type OptionProblems = Partial<Record<keyof OptionValues, string>>;

/** Why options can't be used, by option. */
export function optionProblems(options: OptionValues, index: IndexOptions): OptionProblems {
  const problems: OptionProblems = {};
  const k = kProblem(options.k, options.score_field.trim() ? Infinity : MAX_K);
  if (k) problems.k = k;
  for (const name of NUMBERS)
    if (options[name].trim() && !Number.isFinite(Number(options[name])))
      problems[name] = strings.notANumber;
  if (options.min_matches && !isWhole(options.min_matches)) problems.min_matches = strings.notAWholeNumber;
  const field = options.score_field.trim();
  if (field && !/^[\p{L}_][\p{L}\p{N}_]*$/u.test(field))
    problems.score_field = strings.notAFieldName;
  const wrongFilter = index.filter_fields.find((each) => conditionProblem(each, options.where[each.name] ?? ""));
  if (wrongFilter) problems.where = conditionProblem(wrongFilter, options.where[wrongFilter.name] ?? "") ?? undefined;
  const given = Object.entries(paramsOf(options, index));
  const wrongParam = given.find(([, typed]) => paramProblem(typed));
  if (wrongParam) problems.search_params = paramProblem(wrongParam[1]) ?? undefined;
  return problems;
}

function kProblem(typed: string, max: number): string | null {
  if (isWhole(typed) && Number(typed) <= max) return null;
  return max === Infinity ? strings.notAWholeNumber : strings.kOutOfRange(max);
}

/** Why the text for a parameter of the index can't be used. */
export function paramProblem(typed: string): string | null {
  return !typed.trim() || isWhole(typed) ? null : strings.notAWholeNumber;
}

/** What was typed for the parameters that this index has. */
function paramsOf(options: OptionValues, index: IndexOptions): Record<string, string> {
  const typed = Object.entries(options.search_params);
  return Object.fromEntries(
    typed.filter(([name, value]) => index.search_params.includes(name) && value.trim()),
  );
}

const isWhole = (typed: string) => /^\s*\d+\s*$/.test(typed) && Number(typed) >= 1;

/** The options as Python takes them, without those that are unset. */
export function toParams(options: OptionValues, index: IndexOptions): SearchOptions {
  const params: SearchOptions = { k: Number(options.k), scope: options.scope };
  if (options.reverse) params.reverse = true;
  if (options.exclude_query) params.exclude_query = true;
  for (const name of NUMBERS) if (options[name].trim()) params[name] = Number(options[name]);
  for (const name of WORDS) if (options[name].trim()) params[name] = options[name].trim();
  const where = toWhere(index.filter_fields, options.where);
  if (where) params.where = where;
  const given = Object.entries(paramsOf(options, index));
  if (given.length)
    params.search_params = Object.fromEntries(given.map(([name, typed]) => [name, Number(typed)]));
  if (options.min_matches) params.min_matches = Number(options.min_matches);
  return params;
}

/** The options of an earlier search. */
export function fromParams(params: SearchOptions): OptionValues {
  const text = (value: string | number | undefined) => (value === undefined ? "" : String(value));
  return {
    k: String(params.k),
    scope: params.scope,
    reverse: Boolean(params.reverse),
    exclude_query: Boolean(params.exclude_query),
    min_score: text(params.min_score),
    max_score: text(params.max_score),
    group_by: text(params.group_by),
    min_matches: text(params.min_matches),
    fuse_with: text(params.fuse_with),
    score_field: text(params.score_field),
    where: fromWhere(params.where),
    search_params: Object.fromEntries(
      Object.entries(params.search_params ?? {}).map(([name, value]) => [name, String(value)]),
    ),
  };
}

export interface SetOption {
  name: string;
  /** in words, with its value */
  label: string;
  /** what unsets it */
  unset: Partial<OptionValues>;
}

const TYPED = ["k", ...NUMBERS, ...WORDS, "min_matches"] as const;
const YES = ["reverse", "exclude_query"] as const;

/** The options that are set, but the scope. */
export function setOptions(options: OptionValues, index: IndexOptions & Pick<Index, "metric">): SetOption[] {
  const { where, search_params } = options;
  const kind = index.metric === "euclidean" ? strings.distance : strings.similarity;
  const labels = {
    k: strings.k,
    min_score: strings.min(kind),
    max_score: strings.max(kind),
    group_by: strings.groupBy,
    fuse_with: strings.fuseWith,
    score_field: strings.scoreField,
    min_matches: strings.minMatches,
    reverse: strings.leastSimilar,
    exclude_query: strings.excludeQuery,
  };
  const changed = (name: keyof typeof labels) => options[name] !== DEFAULT_OPTIONS[name];
  const unset = (name: keyof OptionValues) => ({ [name]: DEFAULT_OPTIONS[name] });
  return [
    ...YES.filter(changed).map((name) => ({ name, label: labels[name], unset: unset(name) })),
    ...TYPED.filter(changed).map((name) => ({ name, label: `${labels[name]}: ${options[name]}`, unset: unset(name) })),
    ...index.filter_fields
      .filter(({ name }) => where[name]?.trim())
      .map(({ name }) => ({ name, label: `${name}: ${where[name]}`, unset: { where: { ...where, [name]: "" } } })),
    ...Object.entries(paramsOf(options, index)).map(([name, value]) => ({
      name,
      label: `${name}: ${value}`,
      unset: { search_params: { ...search_params, [name]: "" } },
    })),
  ];
}
