import type { Model } from "../api/contract";
import { bytes } from "./format";
import { strings } from "./strings";

/** Whether a model is on this machine (0), has to be downloaded (1) or needs packages (2). */
export function group({ downloaded, missing_packages }: Model): number {
  if (missing_packages.length > 0) return 2;
  return downloaded ? 0 : 1;
}

/** The models that can be used at once come first, and among those the ones that embed text. */
export function sortModels(models: Model[]): Model[] {
  const rank = (model: Model) => 2 * group(model) + (model.supports_prompts ? 0 : 1);
  return [...models].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

/** "354 MB · MIT · images and text" */
export function about(model: Model): string {
  const parts = [
    model.size_bytes !== null && bytes(model.size_bytes),
    model.license !== null && model.license,
    model.supports_prompts ? strings.imagesAndText : strings.imagesOnly,
    model.missing_packages.length > 0 && strings.install(model.missing_packages),
  ];
  return parts.filter(Boolean).join(" · ");
}
