import type { FindOperators, FindOptions, Scope } from "../api/contract";
import type { Kind } from "./groups";
import { strings } from "./strings";

/** The inputs as they are typed. */
export interface FindValues {
  kind: Kind;
  scope: Scope;
  thresh: string;
  /** empty for tags */
  split_field: string;
  split_tags: string;
  label_field: string;
  k: string;
  min_score: string;
  count: string;
}

export const DEFAULT_VALUES: FindValues = {
  kind: "find_duplicates",
  scope: "dataset",
  thresh: "0.05",
  split_field: "",
  split_tags: "train, test",
  label_field: "",
  k: "10",
  min_score: "0.5",
  count: "100",
};

type Name = Exclude<keyof FindValues, "kind" | "scope">;

/** The inputs that each kind has. */
export const INPUTS: Record<Kind, Name[]> = {
  find_duplicates: ["thresh"],
  find_leaks: ["thresh", "split_field", "split_tags"],
  find_label_outliers: ["label_field", "k", "min_score"],
  find_unique: ["count"],
};

const NUMBERS: readonly Name[] = ["thresh", "k", "min_score", "count"];

/** The label field that is chosen, or the first there is. */
export function labelField(values: FindValues, { label_fields }: FindOptions): string {
  return label_fields.includes(values.label_field) ? values.label_field : (label_fields[0] ?? "");
}

/** Why an input can't be used. */
export function inputProblem(values: FindValues, name: Name, options: FindOptions): string | null {
  const typed = values[name].trim();
  if (NUMBERS.includes(name)) return typed && Number.isFinite(Number(typed)) ? null : strings.notANumber;
  if (name === "split_tags" && !values.split_field)
    return typed.split(",").filter((tag) => tag.trim()).length < 2 ? strings.twoTags : null;
  if (name === "label_field") return labelField(values, options) ? null : strings.noLabels;
  return null;
}

/** The inputs as the operator takes them. */
export function toParams<K extends Kind>(kind: K, values: FindValues, brain_key: string, options: FindOptions): FindOperators[K]["takes"] {
  const common = { brain_key, scope: values.scope };
  const thresh = Number(values.thresh);
  const params: { [Each in Kind]: FindOperators[Each]["takes"] } = {
    find_duplicates: { ...common, thresh },
    find_leaks: {
      ...common,
      thresh,
      ...(values.split_field ? { field: values.split_field } : { tags: values.split_tags }),
    },
    find_label_outliers: {
      ...common,
      label_field: labelField(values, options),
      k: Number(values.k),
      min_score: Number(values.min_score),
    },
    find_unique: { ...common, count: Number(values.count) },
  };
  return params[kind];
}
