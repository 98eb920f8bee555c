import { useBrowserMemory } from "../hooks/useBrowserMemory";

export const SIZES = { min: 72, max: 400, step: 8, usual: 104 };

export interface TileView {
  /** how wide a tile is at least, in pixels */
  size: number;
  /** the field that it shows; empty for a patch's label, or the name of the file */
  caption: string;
}

/** How the tiles of results look, which the browser remembers: the field for the dataset and what its index has. */
export function useTileView(dataset: string, patches_field: string | null) {
  const [size, setSize] = useBrowserMemory("milvus_tile_size");
  const [caption, setCaption] = useBrowserMemory(`milvus_caption ${dataset} ${patches_field ?? ""}`);
  const pixels = Number(size) || SIZES.usual;
  return {
    size: Math.min(SIZES.max, Math.max(SIZES.min, pixels)),
    caption,
    setSize: (next: number) => setSize(String(next)),
    setCaption,
  };
}
