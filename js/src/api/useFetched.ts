import { useCallback, useEffect, useState } from "react";
import { useStable } from "../hooks/useStable";
import { messageOf } from "./errors";

interface Settled<T> {
  subject: string;
  request: string;
  value: T | null;
  error: string | null;
}

export interface Fetched<T> {
  value: T | null;
  error: string | null;
  loading: boolean;
  reload: () => void;
}

/**
 * What `load` answers about `subject`. A new subject discards the old answer; a new
 * revision or a reload keeps showing it until the next one is here.
 *
 * @param load may show a part of the answer before, which counts as loading
 */
export function useFetched<T>(
  load: (show: (part: T) => void) => Promise<T>,
  subject: string,
  revision = "",
): Fetched<T> {
  const [round, setRound] = useState(0);
  const [settled, setSettled] = useState<Settled<T> | null>(null);
  const stableLoad = useStable(load);
  const request = JSON.stringify([subject, revision, round]);
  useEffect(() => {
    let stale = false;
    const settle = (value: T | null, error: string | null) => {
      if (stale) return;
      setSettled((old) => {
        const kept = old?.subject === subject ? old.value : null;
        return { subject, request, value: error === null ? value : kept, error };
      });
    };
    const show = (value: T) => {
      if (!stale) setSettled((old) => (old?.subject === subject ? old : { subject, request: "", value, error: null }));
    };
    stableLoad(show).then(
      (value) => settle(value, null),
      (error: unknown) => settle(null, messageOf(error)),
    );
    return () => {
      stale = true;
    };
  }, [subject, request, stableLoad]);
  const current = settled?.subject === subject ? settled : null;
  return {
    value: current?.value ?? null,
    error: current?.error ?? null,
    loading: current?.request !== request,
    reload: useCallback(() => setRound((n) => n + 1), []),
  };
}
