import * as fos from "@fiftyone/state";
import { useRecoilValue } from "recoil";
import { useApi } from "../../../shared/api";
import { useFetched } from "../../../shared/useFetched";

/** The fields of the dataset whose values can each give one hit. */
export function useGroupFields(): string[] {
  const api = useApi();
  const dataset = useRecoilValue(fos.datasetName);
  return useFetched(api.options, dataset ?? "").value?.group_by ?? [];
}
