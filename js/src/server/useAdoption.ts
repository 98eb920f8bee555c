import { useState } from "react";
import type { Adoption } from "../api/client";
import { useAction } from "../api/useAction";
import { useOperation } from "../api/useOperation";

interface Chosen {
  /** "" for samples */
  patches_field: string;
  brain_key: string;
  /** "" if nobody knows */
  model: string;
  take_ownership: boolean;
}

/** First whether a collection matches the dataset, then making it an index. */
export function useAdoption(collection_name: string, onDone: (message: string) => void) {
  const [found, setFound] = useState<Adoption | null>(null);
  const adopt = useOperation("adopt_collection");
  const { run, busy, problem, forget } = useAction(adopt, (answer) => {
    if (answer.dry_run) setFound(answer);
    else onDone(answer.message);
  });
  const of = (patches_field: string) => (patches_field ? { collection_name, patches_field } : { collection_name });
  return {
    found,
    busy,
    problem,
    forget: () => {
      forget();
      setFound(null);
    },
    compare: (patches_field: string) => void run({ ...of(patches_field), dry_run: true }),
    adopt: ({ patches_field, model, ...chosen }: Chosen) =>
      void run({ ...of(patches_field), ...chosen, ...(model && { model }), dry_run: false }),
  };
}
