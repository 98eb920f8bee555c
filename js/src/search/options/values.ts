import type { FilterField, SearchOptions } from "../../shared/api";
import { fromWhere, toWhere, whereProblem, type TypedWhere } from "./where";

/** The options as they are typed; empty is unset. */
export interface Options {
  k: string;
  target: SearchOptions["target"];
  reverse: boolean;
  exclude_query: boolean;
  min_score: string;
  max_score: string;
  group_by: string;
  at_least: string;
  also: string;
  score_field: string;
  /** by field */
  where: TypedWhere;
}

export const FIRST_OPTIONS: Options = {
  k: "25",
  target: "dataset",
  reverse: false,
  exclude_query: false,
  min_score: "",
  max_score: "",
  group_by: "",
  at_least: "",
  also: "",
  score_field: "",
  where: {},
};

export const MAX_K = 10_000;
const NUMBERS = ["min_score", "max_score"] as const;
const WORDS = ["group_by", "also", "score_field"] as const;

export type Problems = Partial<Record<keyof Options, string>>;

/** What is wrong with each option as it is typed. */
export function check(options: Options, fields: FilterField[]): Problems {
  const found: Problems = {};
  const k = kProblem(options.k, options.score_field.trim() ? Infinity : MAX_K);
  if (k) found.k = k;
  for (const name of NUMBERS)
    if (options[name].trim() && !Number.isFinite(Number(options[name])))
      found[name] = "Type a number, such as 0.25.";
  if (options.at_least && !isWhole(options.at_least)) found.at_least = "Type a whole number from 1.";
  const field = options.score_field.trim();
  if (field && !/^[\p{L}_][\p{L}\p{N}_]*$/u.test(field))
    found.score_field = "Use letters, digits and _, not a digit first.";
  const wrong = fields.find((each) => whereProblem(each, options.where[each.name] ?? ""));
  if (wrong) found.where = whereProblem(wrong, options.where[wrong.name] ?? "") ?? undefined;
  return found;
}

function kProblem(typed: string, most: number): string | null {
  if (isWhole(typed) && Number(typed) <= most) return null;
  return most === Infinity
    ? "Type a whole number from 1."
    : "Type a whole number from 1 to 10,000; more need a score field.";
}

const isWhole = (typed: string) => /^\s*\d+\s*$/.test(typed) && Number(typed) >= 1;

/** The options as Python takes them, without those that are unset. */
export function toParams(options: Options, fields: FilterField[]): SearchOptions {
  const found: SearchOptions = { k: Number(options.k), target: options.target };
  if (options.reverse) found.reverse = true;
  if (options.exclude_query) found.exclude_query = true;
  for (const name of NUMBERS) if (options[name].trim()) found[name] = Number(options[name]);
  for (const name of WORDS) if (options[name].trim()) found[name] = options[name].trim();
  const where = toWhere(fields, options.where);
  if (where) found.where = where;
  if (options.at_least) found.at_least = Number(options.at_least);
  return found;
}

/** The options of a search that was made before. */
export function fromParams(params: SearchOptions): Options {
  const text = (value: string | number | undefined) => (value === undefined ? "" : String(value));
  return {
    k: String(params.k),
    target: params.target,
    reverse: Boolean(params.reverse),
    exclude_query: Boolean(params.exclude_query),
    min_score: text(params.min_score),
    max_score: text(params.max_score),
    group_by: text(params.group_by),
    at_least: text(params.at_least),
    also: text(params.also),
    score_field: text(params.score_field),
    where: fromWhere(params.where),
  };
}

/** How many of the folded options are set. */
export function countSet(options: Options, fields: FilterField[]): number {
  const names = Object.keys(FIRST_OPTIONS) as (keyof Options)[];
  const plain = names.filter((name) => name !== "target" && name !== "where");
  const where = Object.keys(toWhere(fields, options.where) ?? {});
  return plain.filter((name) => options[name] !== FIRST_OPTIONS[name]).length + where.length;
}
