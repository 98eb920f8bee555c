import type { Result, Index, Media, Term, TermShown } from "../api/contract";
import { strings } from "./strings";

/** A term of the query as the person sees it. */
export interface Chip {
  /** equal for equal terms */
  key: string;
  /** without sign and weight */
  term: Term;
  negative: boolean;
  weight: number;
  media: Media | null;
  /** the field of the patches that its ids are of; null for samples */
  patches_field: string | null;
  /** of an image file: its name, and its address in the browser */
  image?: { name: string; url: string };
}

export const WEIGHTS = [0.25, 0.5, 1, 2, 4];
/** Between two phrasings of one text. */
const OR = "|";

function chip(term: Term, rest: Partial<Chip> = {}): Chip {
  const { weight = 1, negative = false, ...what } = term;
  return { key: keyOf(what), term: what, weight, negative, media: null, patches_field: null, ...rest };
}

function keyOf({ image, ...term }: Term): string {
  // an image may have megabytes: its length and a few letters tell it from others
  if (image) return `image ${image.length} ${image.slice(-48)}`;
  return JSON.stringify(term);
}

export function textChip(text: string): Chip {
  const phrasings = text.split(OR).map((part) => part.trim());
  return chip({ text: phrasings.filter(Boolean) });
}

export function imageChip(base64: string, type: string, name: string): Chip {
  return chip({ image: base64 }, { image: { name, url: `data:${type};base64,${base64}` } });
}

/** The chip of a term that Python describes. */
export function shownChip({ term, media }: TermShown, index: Index): Chip {
  const url = term.image && `data:${typeOf(term.image)};base64,${term.image}`;
  const image = url ? { image: { name: strings.image, url } } : {};
  return chip(term, { media, patches_field: index.patches_field, ...image });
}

/** A result to find more, or less, like. */
export function resultChip(result: Result, index: Index, negative: boolean): Chip {
  const isSampleOfPatches = index.patches_field !== null && result.id === result.sample_id;
  const term = isSampleOfPatches ? { sample_id: result.id } : { id: result.id };
  const { filepath, box, label } = result;
  return chip(term, { negative, media: { filepath, box, label }, patches_field: index.patches_field });
}

/** The chip as the term to search with. */
export function termOf({ term, weight, negative }: Chip): Term {
  return { ...term, ...(weight !== 1 && { weight }), ...(negative && { negative: true }) };
}

/** The chips with others added; one that is there already gets the newer sign and weight. */
export function withChips(chips: Chip[], added: Chip[]): Chip[] {
  const keys = new Set(added.map(({ key }) => key));
  return [...chips.filter(({ key }) => !keys.has(key)), ...added];
}

/** Why an index can't be searched with a chip; null if it can. */
export function chipProblem({ term, patches_field }: Chip, index: Index): string | null {
  if (term.text && !index.supports_prompts) return textProblem(index);
  if ((term.image || term.crop) && !index.model)
    return strings.noImageModel;
  if ((term.id || term.result_ids) && patches_field !== index.patches_field) return strings.otherIndex;
  if (term.sample_id && index.patches_field === null) return strings.otherIndex;
  return null;
}

/** Why an index can't be searched by text; null if it can. */
export function textProblem(index: Index): string | null {
  if (index.supports_prompts) return null;
  return index.model ? strings.noText(index.model) : strings.noTextModel;
}

/** A chip in a few words. */
export function nameOf({ term, media, image }: Chip): string {
  if (term.text) return term.text.join(` ${OR} `);
  if (image) return image.name;
  if (term.result_ids) return strings.results(term.result_ids.length);
  return media?.label ?? (term.crop ? strings.crop : strings.image);
}

/** By the first letters of base64. */
function typeOf(base64: string): string {
  if (base64.startsWith("iVBOR")) return "image/png";
  if (base64.startsWith("R0lG")) return "image/gif";
  return base64.startsWith("UklG") ? "image/webp" : "image/jpeg";
}
