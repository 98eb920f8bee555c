import type { ReactNode } from "react";
import type { MutableSnapshot } from "recoil";
import { vi } from "vitest";
import type { Index } from "../api/contract";
import { SearchTab } from "../search/SearchTab";
import { useSearch, type Search } from "../search/useSearch";
import { index, searchResult } from "./data";
import { answer, at, show } from "./panel";

/** What the Search tab tells the panel. */
export const on = { onMakeIndex: vi.fn(), onCopyIndex: vi.fn(), onIndex: vi.fn() };

/** Nothing was dropped on another tab. */
export const dropped = { files: null, onTaken: vi.fn() };

/** The Search tab of an index. */
export const searchTab = (shown: Index | undefined = index, dataset = "animals") => (
  <SearchTab dataset={dataset} index={shown} indexes={shown ? [shown] : []} others={[]} samples={1538} dropped={dropped} {...on} />
);

/** The Search tab after a search by a text. */
export async function searched(answers: object = {}, initialize?: (snapshot: MutableSnapshot) => void) {
  answer({ search: searchResult, clear_results: {}, keep_results: {}, ...answers });
  const shown = show(searchTab(), initialize);
  await shown.user.type(at("milvus-query"), "a bird{Enter}");
  return shown;
}

interface WithSearchProps {
  index?: Index;
  children: (search: Search) => ReactNode;
}

/** A part of the Search tab, with a search of its own. */
export function WithSearch({ index: of = index, children }: WithSearchProps) {
  return children(useSearch({ dataset: "animals", index: of, indexes: [of], onIndex: on.onIndex }));
}

/** All elements of a `data-cy` name. */
export const all = (name: string) => [...document.querySelectorAll<HTMLElement>(`[data-cy="${name}"]`)];
export const results = () => all("milvus-result");
export const chips = () => all("milvus-chip");
