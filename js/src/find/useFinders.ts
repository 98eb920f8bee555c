import type { FindOperators } from "../api/contract";
import { useLongJob } from "../api/useLongJob";
import type { Kind } from "./groups";

/** The operators that find something. */
export function useFinders(onEnd: () => void) {
  const finders = {
    find_duplicates: useLongJob("find_duplicates", onEnd),
    find_leaks: useLongJob("find_leaks", onEnd),
    find_label_outliers: useLongJob("find_label_outliers", onEnd),
    find_unique: useLongJob("find_unique", onEnd),
    find_duplicates_in_dataset: useLongJob("find_duplicates_in_dataset", onEnd),
  };
  const all = Object.values(finders);
  return {
    running: all.some((each) => each.running !== null),
    problem: all.map((each) => each.problem).find(Boolean) ?? null,
    run: <Name extends Kind>(kind: Name, params: FindOperators[Name]["takes"], onDone: () => void) => {
      for (const each of all) each.dismiss();
      // each finder takes what its name says
      const finder = finders[kind] as unknown as { run: (params: object, delegate: boolean, onDone: () => void) => void };
      finder.run(params, false, onDone);
    },
  };
}
