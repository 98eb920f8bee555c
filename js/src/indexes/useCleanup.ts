import * as fos from "@fiftyone/state";
import { useState } from "react";
import { messageOf, useApi } from "../shared/api";
import { useFetched } from "../shared/useFetched";

interface Options {
  brain_key: string;
  onClose: () => void;
  onDone: () => void;
}

/** The plan for cleaning an index up, and carrying it out. */
export function useCleanup({ brain_key, onClose, onDone }: Options) {
  const api = useApi();
  const notify = fos.useNotification();
  const plan = useFetched(() => api.cleanup_plan({ brain_key }), brain_key);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  const cleanUp = async () => {
    setBusy(true);
    setFailure(null);
    try {
      const { message } = await api.cleanup({ brain_key });
      notify({ msg: message, variant: "success" });
      onClose();
      onDone();
    } catch (error) {
      setFailure(messageOf(error));
      setBusy(false);
    }
  };
  return { plan, busy, problem: failure ?? plan.error, cleanUp };
}
