import { usePanelStatePartial } from "@fiftyone/spaces";

export const PLACES = [
  { name: "search", label: "Search" },
  { name: "indexes", label: "Indexes" },
  { name: "server", label: "Server" },
] as const;

export type Place = (typeof PLACES)[number]["name"];

/** The ids that tie a place's tab and its contents together. */
export const tabId = (place: Place) => `milvus-tab-${place}`;
export const contentsId = (place: Place) => `milvus-contents-${place}`;

/** Where the person is; kept while the panel is closed. */
export function usePlace() {
  return usePanelStatePartial<Place>("milvus_place", "search", true);
}
