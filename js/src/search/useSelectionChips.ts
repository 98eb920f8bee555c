import * as fos from "@fiftyone/state";
import { useEffect, useRef, useState } from "react";
import { useRecoilValue } from "recoil";
import { useApi, type Index, type TermShown } from "../api/client";
import { shownChip, type Chip } from "./chips";

/** A drag over many tiles is one change. */
const QUIET_MILLISECONDS = 150;

interface Answer {
  request: string;
  chips: TermShown[];
}

/** What is selected in the grid, as chips; Python is asked when that has changed. */
export function useSelectionChips(index: Index, wanted: boolean): Chip[] {
  const api = useApi();
  const samples = useRecoilValue(fos.selectedSamples);
  const labels = useRecoilValue(fos.selectedLabels);
  const request =
    wanted && (samples.size || labels.length)
      ? JSON.stringify([index.brain_key, [...samples], labels.map(({ labelId }) => labelId)])
      : "";
  const [answer, setAnswer] = useState<Answer | null>(null);
  const ask = useRef(() => api.selection({ brain_key: index.brain_key }));
  useEffect(() => {
    ask.current = () => api.selection({ brain_key: index.brain_key });
  });
  useEffect(() => {
    if (!request) return;
    let stale = false;
    const timer = window.setTimeout(() => {
      // without an answer there are no chips, and the search says what is wrong
      ask.current().then(
        ({ chips }) => !stale && setAnswer({ request, chips }),
        () => undefined,
      );
    }, QUIET_MILLISECONDS);
    return () => {
      stale = true;
      window.clearTimeout(timer);
    };
  }, [request]);
  if (!request || !answer || answer.request !== request) return [];
  return answer.chips.map((shown) => shownChip(shown, index));
}
