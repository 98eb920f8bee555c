import type { FilterField } from "../api/contract";
import type { Condition, Where } from "../api/searchContract";
import { strings } from "./strings";

/** The text for each field. */
export type TypedConditions = Record<string, string>;

const RANGE = /^\s*(-?[\d.]+)?\s*\.\.\s*(-?[\d.]+)?\s*$/;

/** Why the text for a field can't be used. */
export function conditionProblem(field: FilterField, typed: string): string | null {
  if (!typed.trim() || field.kind !== "number" || condition(field, typed)) return null;
  return strings.notACondition;
}

/** The conditions as Python takes them, for the fields whose values the index stores. */
export function toWhere(fields: FilterField[], typed: TypedConditions): Where | undefined {
  const where: Where = {};
  for (const field of fields) {
    const one = condition(field, typed[field.name] ?? "");
    if (one) where[field.name] = one;
  }
  return Object.keys(where).length ? where : undefined;
}

/** The conditions of an earlier search as text. */
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
  const range: { min?: number; max?: number } = {};
  if (low !== undefined) range.min = Number(low);
  if (high !== undefined) range.max = Number(high);
  const values = Object.values(range);
  return values.length && values.every(Number.isFinite) ? range : null;
}

function asTyped(one: Condition | string | number | boolean): string {
  if (Array.isArray(one)) return one.map(word).join(", ");
  if (typeof one === "object") return `${one.min ?? ""}..${one.max ?? ""}`;
  return word(one);
}

const word = (value: string | number | boolean) =>
  typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
