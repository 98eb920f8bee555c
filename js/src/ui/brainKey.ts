import { strings } from "./strings";

/** Why an index can't have a brain key; null if it can. */
export function brainKeyProblem(key: string, taken: string[]): string | null {
  if (key === "") return strings.noBrainKey;
  if (/^\d/.test(key)) return strings.startsWithDigit;
  if (!/^\w+$/.test(key)) return strings.badCharacters;
  if (taken.includes(key)) return strings.taken(key);
  return null;
}
