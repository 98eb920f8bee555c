import { useEffect, useRef, useState } from "react";
import { useGrid } from "./appState";
import { useStable } from "./useStable";

/** What of the page's address names a search of the history, and how many of its results the grid shows. */
const SEARCH = "milvus_search";
const RESULTS = "milvus_results";

export interface SearchAddress {
  id: string;
  /** 0 for all, or none */
  results: number;
}

interface Page {
  path: string;
  search: SearchAddress | null;
}

function current(): Page {
  const params = new URLSearchParams(window.location.search);
  const id = params.get(SEARCH);
  const results = Number(params.get(RESULTS));
  const count = Number.isInteger(results) && results > 0 ? results : 0;
  return { path: window.location.pathname, search: id === null ? null : { id, results: count } };
}

/** What the page was loaded with, until that is restored. */
let loaded: Page;

/** Reads the address of a page that was just loaded: one that the App goes to later restores nothing. */
export function readAddress() {
  loaded = current();
}

readAddress();

/** The search that the page was loaded with, if the App is still there. */
export function loadedSearch(): SearchAddress | null {
  const { path, search } = current();
  return search !== null && search.id === loaded.search?.id && path === loaded.path ? search : null;
}

/** It; once. */
function takeLoaded(): SearchAddress | null {
  const search = loadedSearch();
  if (search) loaded = { ...loaded, search: null };
  return search;
}

interface Handlers {
  /** with the search that the page was loaded with */
  onLoaded: (search: SearchAddress) => void;
  /** with what the address names once a person went back or forward, of which the App shows the view by itself */
  onWent: (search: SearchAddress | null) => void;
}

/**
 * Keeps the shown search in the page's address, so that it is there again after a reload, in
 * another window, and when a person goes back. The App has an entry in the browser's history
 * for each view; it keeps parameters that it doesn't know, but not on each way to another entry.
 *
 * @param shown the search; null if none is shown
 * @param settled the grid shows its results; if none is shown, no more those from before. Until
 *   it does, or shows another view, the address is still that of the view from before
 */
export function useSearchAddress(shown: SearchAddress | null, settled: boolean, { onLoaded, onWent }: Handlers) {
  const { stages, revision } = useGrid();
  const name = shown && `${shown.id} ${shown.results}`;
  const [since, setSince] = useState({ name, stages });
  if (since.name !== name) setSince({ name, stages });
  const current = settled || since.stages !== stages;
  const opened = useRef(false);
  const write = useStable(() => {
    if (current) address(shown);
  });
  const load = useStable(onLoaded);
  const go = useStable(onWent);
  useEffect(() => {
    const addressed = opened.current || name !== null ? null : takeLoaded();
    opened.current = true;
    if (addressed !== null) load(addressed);
    else write();
  }, [name, current, revision, write, load]);
  useEffect(() => onMoves(write, go), [write, go]);
  useEffect(() => () => address(null), []);
}

/** Calls back when the App changes the address, where the browser can tell; and when a person goes back or forward. */
function onMoves(onChanged: () => void, onWent: (search: SearchAddress | null) => void) {
  const { path } = current();
  const { navigation } = window as { navigation?: EventTarget };
  const onEntry = (event: Event) => {
    if ((event as { navigationType?: string }).navigationType !== "traverse") onChanged();
  };
  const onPop = () => {
    const page = current();
    if (page.path === path) onWent(page.search);
  };
  navigation?.addEventListener("currententrychange", onEntry);
  window.addEventListener("popstate", onPop);
  return () => {
    navigation?.removeEventListener("currententrychange", onEntry);
    window.removeEventListener("popstate", onPop);
  };
}

function address(search: SearchAddress | null) {
  const url = new URL(window.location.href);
  const set = (name: string, value: string | number | undefined) =>
    value ? url.searchParams.set(name, String(value)) : url.searchParams.delete(name);
  set(SEARCH, search?.id);
  set(RESULTS, search?.results);
  if (url.href !== window.location.href) window.history.replaceState(window.history.state, "", url);
}
