import { useState } from "react";
import { messageOf } from "./client";

/** Something a person does: once at a time, with a sentence when it fails. */
export function useAction<Params, Answer>(
  act: (params: Params) => Promise<Answer>,
  onDone: (answer: Answer) => void,
) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const run = async (params: Params) => {
    setBusy(true);
    setProblem(null);
    try {
      const answer = await act(params);
      setBusy(false);
      onDone(answer);
    } catch (error) {
      setProblem(messageOf(error));
      setBusy(false);
    }
  };
  return { run, busy, problem, forget: () => setProblem(null) };
}
