import { useState } from "react";
import type { AdoptParams, Adoption } from "../api/contract";
import { useCall } from "../api/useCall";
import { useOperator } from "../api/useOperator";

interface Chosen {
  /** "" for samples */
  patches_field: string;
  brain_key: string;
  /** "" if unknown */
  model: string;
  take_ownership: boolean;
}

/** Compares a collection with the dataset, then makes it an index. */
export function useAdoption(collection_name: string, onDone: (message: string) => void) {
  const [match, setMatch] = useState<Adoption | null>(null);
  const adopt = useOperator("adopt_collection");
  const { run, busy, problem, dismiss } = useCall();
  const ask = (params: AdoptParams) =>
    run(() => adopt(params), (answer) => {
      if (answer.dry_run) setMatch(answer);
      else onDone(answer.message);
    });
  const of = (patches_field: string) => (patches_field ? { collection_name, patches_field } : { collection_name });
  return {
    match,
    busy,
    problem,
    reset: () => {
      dismiss();
      setMatch(null);
    },
    compare: (patches_field: string) => ask({ ...of(patches_field), dry_run: true }),
    adopt: ({ patches_field, model, ...chosen }: Chosen) =>
      ask({ ...of(patches_field), ...chosen, ...(model && { model }), dry_run: false }),
  };
}
