import { useEffect, useRef } from "react";
import { useGrid } from "./appState";
import { useStable } from "./useStable";

/** The parameter of the page's address that names a search of the history. */
const PARAMETER = "milvus_search";

interface Address {
  path: string;
  /** the search that it names; null if it names none */
  id: string | null;
}

const current = (): Address => ({
  path: window.location.pathname,
  id: new URLSearchParams(window.location.search).get(PARAMETER),
});

/** What the page was loaded with, until that is restored. */
let loaded: Address;

/** Reads the address of a page that was just loaded: one that the App goes to later restores nothing. */
export function readAddress() {
  loaded = current();
}

readAddress();

/** The search that the page was loaded with, if the App is still there; once. */
function takeLoaded(): string | null {
  const { path, id } = current();
  if (id === null || id !== loaded.id || path !== loaded.path) return null;
  loaded = { path, id: null };
  return id;
}

/**
 * Keeps the shown search in the page's address, so that it is there again after a reload and
 * in another window. The App keeps parameters that it doesn't know, but not on each way to
 * another view.
 *
 * @param id of the shown search in the history; null if none is shown
 * @param onAddressed is called with the search that the page was loaded with
 */
export function useSearchAddress(id: string | null, onAddressed: (id: string) => void) {
  const { revision } = useGrid();
  const opened = useRef(false);
  const stable = useStable(onAddressed);
  useEffect(() => {
    const addressed = opened.current || id !== null ? null : takeLoaded();
    opened.current = true;
    if (addressed !== null) stable(addressed);
    else address(id);
  }, [id, revision, stable]);
  useEffect(() => () => address(null), []);
}

function address(id: string | null) {
  const url = new URL(window.location.href);
  if (url.searchParams.get(PARAMETER) === id) return;
  if (id === null) url.searchParams.delete(PARAMETER);
  else url.searchParams.set(PARAMETER, id);
  window.history.replaceState(window.history.state, "", url);
}
