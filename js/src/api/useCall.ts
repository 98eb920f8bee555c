import { useRef, useState } from "react";
import { messageOf } from "./errors";
import { useModelTrust } from "./modelTrust";

const nothing = () => undefined;

/**
 * What a person has Python do: whether it is running, and the sentence if it fails. Only
 * the newest call changes what is shown. A call that needs a model to be trusted is
 * repeated once it is.
 *
 * @param onEnd is called after each call, with whether it succeeded
 */
export function useCall(onEnd: (succeeded: boolean) => void = nothing) {
  const [running, setRunning] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const calls = useRef(0);
  const askTrust = useModelTrust();

  const run = <T>(call: () => Promise<T>, onDone: (answer: T) => void = nothing, brain_key?: string) => {
    const number = ++calls.current;
    const isNewest = () => number === calls.current;
    setRunning(brain_key ?? "");
    setProblem(null);
    call().then(
      (answer) => {
        if (isNewest()) {
          setRunning(null);
          onDone(answer);
        }
        onEnd(true);
      },
      (error: unknown) => {
        if (isNewest()) {
          setRunning(null);
          setProblem(messageOf(error));
          askTrust(error, () => isNewest() && run(call, onDone, brain_key), brain_key);
        }
        onEnd(false);
      },
    );
  };
  return {
    run,
    busy: running !== null,
    /** the brain key of the index that is worked on, if there is one */
    running,
    problem,
    dismiss: () => setProblem(null),
  };
}
