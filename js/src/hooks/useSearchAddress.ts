import { useEffect, useRef } from "react";
import { useGrid } from "./appState";
import { useStable } from "./useStable";

/** The parameter of the page's address that names a search of the history. */
const PARAMETER = "milvus_search";

/** The search that the page's address names; null if it names none. */
function addressedSearch(): string | null {
  return new URLSearchParams(window.location.search).get(PARAMETER);
}

/**
 * Keeps the shown search in the page's address, so that it is there again after a reload and
 * in another window. The App keeps parameters that it doesn't know, but not on each way to
 * another view.
 *
 * @param id of the shown search in the history; null if none is shown
 * @param onAddressed is called with the search that the page was opened with
 */
export function useSearchAddress(id: string | null, onAddressed: (id: string) => void) {
  const { revision } = useGrid();
  const opened = useRef(false);
  const stable = useStable(onAddressed);
  useEffect(() => {
    const addressed = addressedSearch();
    const restores = !opened.current && id === null && addressed !== null;
    opened.current = true;
    if (restores) stable(addressed);
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
