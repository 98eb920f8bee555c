import { useRef, useState } from "react";
import { messageOf } from "./client";
import { useModelTrust } from "./modelTrust";

/** One call at a time: only the newest may change what is shown. */
export function useCall() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const calls = useRef(0);
  const trust = useModelTrust();
  const run = <T>(call: () => Promise<T>, show: (answer: T) => void) => {
    const mine = ++calls.current;
    const newest = () => mine === calls.current;
    setBusy(true);
    setProblem(null);
    call()
      .then(
        (answer) => newest() && show(answer),
        (error: unknown) => {
          if (!newest()) return;
          setProblem(messageOf(error));
          trust(error, () => newest() && run(call, show));
        },
      )
      .finally(() => newest() && setBusy(false));
  };
  return { busy, problem, run, dismiss: () => setProblem(null) };
}
