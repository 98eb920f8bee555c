import type { Model } from "../api/contract";
import { bytes } from "./format";

/** Where a model is, the nearest first. */
export const PLACES = ["On this machine", "Downloaded on first use", "Needs packages that aren't installed"];

export function place({ downloaded, lacks }: Model): number {
  if (lacks.length > 0) return 2;
  return downloaded ? 0 : 1;
}

/** What can be loaded here first, and there what embeds text before the others. */
export function sortModels(models: Model[]): Model[] {
  const rank = (model: Model) => 2 * place(model) + (model.supports_prompts ? 0 : 1);
  return [...models].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

/** "354 MB · MIT · pictures and text" */
export function about(model: Model): string {
  const parts = [
    model.size_bytes !== null && bytes(model.size_bytes),
    model.license !== null && model.license,
    model.supports_prompts ? "images and text" : "images only",
    model.lacks.length > 0 && `pip install ${model.lacks.join(" ")}`,
  ];
  return parts.filter(Boolean).join(" · ");
}
