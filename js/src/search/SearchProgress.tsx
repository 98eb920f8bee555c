import { LinearProgress } from "@mui/material";
import { useEffect, useState } from "react";

/** As long as nobody minds. */
const PATIENCE_MS = 400;

/**
 * Tells that a search goes on, once it has for a while: while a bar moves, the browser has
 * to lay out every frame, which makes a quick search a slower one.
 */
export function SearchProgress() {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!late) return null;
  return (
    <LinearProgress
      aria-label="Searching"
      data-cy="milvus-searching"
      sx={{ position: "absolute", left: 0, right: 0, bottom: 0, height: 2 }}
    />
  );
}
