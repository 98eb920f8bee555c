import { LinearProgress, Typography } from "@mui/material";
import { useEffect, useState } from "react";
import { useApi } from "../api/client";
import type { LoadingModel } from "../api/contract";
import { usePolling } from "../hooks/usePolling";
import { strings } from "./strings";

/** A search that is quicker needs no bar. */
const DELAY_MILLISECONDS = 400;

/**
 * Shows that a search is running, once it has for a while: a moving bar has the browser
 * lay out every frame, which makes a quick search slower. If it waits for a model that is
 * being loaded, says so.
 */
export function SearchProgress() {
  const api = useApi();
  const [late, setLate] = useState(false);
  const [loading, setLoading] = useState<LoadingModel | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), DELAY_MILLISECONDS);
    return () => clearTimeout(timer);
  }, []);
  usePolling(true, () => api.jobs(), (answer) => setLoading(answer.loading));
  if (!late) return null;
  return (
    <>
      {loading && (
        <Typography variant="caption" color="text.secondary" data-cy="milvus-loading-model" sx={{ px: 1, pb: 0.5 }}>
          {strings.loading(loading.model, loading.seconds)}
        </Typography>
      )}
      <LinearProgress
        aria-label={strings.searching}
        data-cy="milvus-searching"
        sx={{ position: "absolute", left: 0, right: 0, bottom: 0, height: 2 }}
      />
    </>
  );
}
