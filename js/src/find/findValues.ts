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
  other_dataset: string;
  other_key: string;
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
  other_dataset: "",
  other_key: "",
};

type Name = Exclude<keyof FindValues, "kind" | "scope">;

/** The inputs that each kind has. */
export const INPUTS: Record<Kind, Name[]> = {
  find_duplicates: ["thresh"],
  find_leaks: ["thresh", "split_field", "split_tags"],
  find_label_outliers: ["label_field", "k", "min_score"],
  find_unique: ["count"],
  find_duplicates_in_dataset: ["other_dataset", "other_key", "thresh"],
};

/** The options that have the choices of an input. */
const CHOICES = { label_field: "label_fields", other_dataset: "other_datasets", other_key: "other_keys" } as const;

/** What is said where there is no choice. */
const NO_CHOICE = { label_field: strings.noLabels, other_dataset: strings.noOtherDataset, other_key: strings.noOtherIndex };

const NUMBERS: readonly Name[] = ["thresh", "k", "min_score", "count"];

/** Of an input with choices the one that is chosen, or the first there is. */
export function chosen(values: FindValues, name: keyof typeof CHOICES, options: FindOptions): string {
  const all = options[CHOICES[name]];
  return all.includes(values[name]) ? values[name] : (all[0] ?? "");
}

/** Why an input can't be used. */
export function inputProblem(values: FindValues, name: Name, options: FindOptions): string | null {
  const typed = values[name].trim();
  if (NUMBERS.includes(name)) return typed && Number.isFinite(Number(typed)) ? null : strings.notANumber;
  if (name === "split_tags" && !values.split_field)
    return typed.split(",").filter((tag) => tag.trim()).length < 2 ? strings.twoTags : null;
  if (name in CHOICES) {
    const choice = name as keyof typeof CHOICES;
    return chosen(values, choice, options) ? null : NO_CHOICE[choice];
  }
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
      label_field: chosen(values, "label_field", options),
      k: Number(values.k),
      min_score: Number(values.min_score),
    },
    find_unique: { ...common, count: Number(values.count) },
    find_duplicates_in_dataset: {
      ...common,
      thresh,
      other_dataset: chosen(values, "other_dataset", options),
      other_key: chosen(values, "other_key", options),
    },
  };
  return params[kind];
}
