import { LinearProgress } from "@mui/material";
import { useEffect, useState } from "react";
import { strings } from "./strings";

/** A search that is quicker needs no bar. */
const DELAY_MILLISECONDS = 400;

/**
 * Shows that a search is running, once it has for a while: a moving bar has the browser
 * lay out every frame, which makes a quick search slower.
 */
export function SearchProgress() {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), DELAY_MILLISECONDS);
    return () => clearTimeout(timer);
  }, []);
  if (!late) return null;
  return (
    <LinearProgress
      aria-label={strings.searching}
      data-cy="milvus-searching"
      sx={{ position: "absolute", left: 0, right: 0, bottom: 0, height: 2 }}
    />
  );
}
