import { useState } from "react";

/** A value with all parts the same objects that were equal the last time. */
export function useShared<T>(newest: T): T {
  const [last, setLast] = useState(newest);
  const shared = shareEqual(last, newest);
  if (!Object.is(shared, last)) setLast(shared);
  return shared;
}

/**
 * The newer of two plain values, in which each part that equals that of the older one is
 * the older one's, so that what is rendered from it isn't rendered again. Things with an
 * `id` or a `brain_key` are compared with those of the same, wherever they are in a list.
 */
export function shareEqual<T>(older: unknown, newer: T): T {
  if (Object.is(older, newer) || !isObject(older) || !isObject(newer)) return newer;
  if (Array.isArray(older) !== Array.isArray(newer)) return newer;
  const before = older as Record<string, unknown>;
  const after = newer as Record<string, unknown>;
  const named = Array.isArray(older) ? new Map(older.map((each, n) => [nameOf(each, n), each])) : null;
  const of = (key: string) => (named ? named.get(nameOf(after[key], Number(key))) : before[key]);
  const keys = Object.keys(after);
  const shared = keys.map((key) => [key, shareEqual(of(key), after[key])] as const);
  const same = keys.length === Object.keys(before).length && shared.every(([key, value]) => key in before && Object.is(before[key], value));
  if (same) return older as T;
  return (Array.isArray(newer) ? shared.map(([, value]) => value) : Object.fromEntries(shared)) as T;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

function nameOf(value: unknown, position: number): unknown {
  const { id, brain_key } = (value ?? {}) as { id?: unknown; brain_key?: unknown };
  return id ?? brain_key ?? position;
}
