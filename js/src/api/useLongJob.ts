import type { Operators } from "./contract";
import type { LongJobName } from "./longJobs";
import { useCall } from "./useCall";
import { useOperator } from "./useOperator";

/** Starts an operator that works on an index for long, here or on a worker. */
export function useLongJob<Name extends LongJobName>(name: Name, onEnd: (succeeded: boolean) => void) {
  const operator = useOperator(name);
  const { run, running, problem, dismiss } = useCall(onEnd);
  return {
    running,
    problem,
    dismiss,
    run: (params: Operators[Name]["takes"], delegate: boolean, onDone?: () => void) =>
      run(() => operator(params, delegate), onDone, params.brain_key),
  };
}

export type RunLongJob<Name extends LongJobName> = ReturnType<typeof useLongJob<Name>>;
