/** The tile that an arrow key goes to from another: left and right to the one beside it, up and down to another group's first. */
export function nextOf(list: HTMLElement, tile: HTMLElement, key: string): HTMLElement | null {
  const tiles = [...list.querySelectorAll<HTMLElement>("[data-member]")];
  const at = tiles.indexOf(tile);
  if (key === "ArrowRight") return tiles[at + 1] ?? null;
  if (key === "ArrowLeft") return tiles[at - 1] ?? null;
  const group = Number(tile.dataset.group);
  if (key === "ArrowDown") return first(list, group + 1);
  if (key === "ArrowUp") return first(list, group - 1);
  return null;
}

/** Focuses the first tile of a group, if it is listed. */
export function focusTile(list: HTMLElement, group: number) {
  first(list, group)?.focus();
}

const first = (list: HTMLElement, group: number) =>
  list.querySelector<HTMLElement>(`[data-group="${group}"][data-member="0"]`);
