import type { OperatorResult } from "@fiftyone/operators";

export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** the index that it is about, where Python says so */
    readonly brain_key?: string,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** How FiftyOne introduces the message of one of the library's own errors. */
const OWN = /^fiftyone_milvus\.errors\.(\w+): /;

/** How it introduces why an operator's form is refused. */
const REFUSED = /^fiftyone\.operators\.executor\.ExecutionError: Validation error\. Path: \S*\. Reason: /;

const NO_REASON = "The App's server failed. Its log says why.";

/** The sentence to show for anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

interface Returned {
  code: string;
  message: string;
  brain_key?: string;
}

/** What a call failed with, whether Python raised or returned its error; else null. */
export function errorOf({ result, error, errorMessage }: OperatorResult): ApiError | null {
  if (error || errorMessage) {
    const message = errorMessage || lastLine(stackOf(error) ?? messageOf(error));
    const sentence = message.replace(OWN, "").replace(REFUSED, "");
    return new ApiError(OWN.exec(message)?.[1] ?? "failed", sentence || NO_REASON);
  }
  const returned = (result as { error?: Returned | null } | null)?.error;
  return returned ? new ApiError(returned.code, returned.message, returned.brain_key) : null;
}

/** The traceback of an answer that says only that the server failed. */
function stackOf(error: unknown): string | undefined {
  return (error as { bodyResponse?: { stack?: string } } | undefined)?.bodyResponse?.stack;
}

function lastLine(traceback: string): string {
  return traceback.trim().split("\n").at(-1) ?? traceback;
}
