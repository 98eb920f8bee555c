import type { FilterField } from "../api/contract";
import type { Condition, Where } from "../api/searchContract";

/** What was typed for each field. */
export type TypedConditions = Record<string, string>;

const RANGE = /^\s*(-?[\d.]+)?\s*\.\.\s*(-?[\d.]+)?\s*$/;

/** What is wrong with what was typed for a field. */
export function conditionProblem(field: FilterField, typed: string): string | null {
  if (!typed.trim() || field.kind !== "number" || condition(field, typed)) return null;
  return "Type numbers with commas between, or a range such as 0.5..2.";
}

/** The conditions as Python takes them, of the fields that this index keeps. */
export function toWhere(fields: FilterField[], typed: TypedConditions): Where | undefined {
  const found: Where = {};
  for (const field of fields) {
    const one = condition(field, typed[field.name] ?? "");
    if (one) found[field.name] = one;
  }
  return Object.keys(found).length ? found : undefined;
}

/** The conditions of a search that was made before, as they would be typed. */
export function fromWhere(where: Where | undefined): TypedConditions {
  return Object.fromEntries(
    Object.entries(where ?? {}).map(([name, one]) => [name, asTyped(one)]),
  );
}

function condition(field: FilterField, typed: string): Condition | null {
  const words = typed.split(",").map((word) => word.trim()).filter(Boolean);
  if (!words.length) return null;
  if (field.kind === "boolean") return [words[0] === "yes"];
  if (field.kind === "text") return words;
  const range = RANGE.exec(typed);
  if (range) return bounds(range[1], range[2]);
  const numbers = words.map(Number);
  return numbers.every(Number.isFinite) ? numbers : null;
}

function bounds(low: string | undefined, high: string | undefined): Condition | null {
  const found: { min?: number; max?: number } = {};
  if (low !== undefined) found.min = Number(low);
  if (high !== undefined) found.max = Number(high);
  const values = Object.values(found);
  return values.length && values.every(Number.isFinite) ? found : null;
}

function asTyped(one: Condition | string | number | boolean): string {
  if (Array.isArray(one)) return one.map(word).join(", ");
  if (typeof one === "object") return `${one.min ?? ""}..${one.max ?? ""}`;
  return word(one);
}

const word = (value: string | number | boolean) =>
  typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
