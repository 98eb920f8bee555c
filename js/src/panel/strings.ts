/** What the panel says around its tabs. */
import { count } from "../ui/format";

export const strings = {
  noDataset: "No dataset",
  noDatasetHint: "Open a dataset to search it by similarity.",
  loading: "Loading",
  tabs: "Milvus panel",
  search: "Search",
  find: "Find",
  indexes: "Indexes",
  server: "Server",
  refresh: "Refresh",
  noAnswer: "Milvus doesn't answer.",

  dropToSearch: "Drop an image to search with it.",
  indexInUse: "Index in use",
  index: (key: string, of: string | null) => `${key} (${of ?? "samples"})`,
  samples: "samples",
  patches: "patches",
  sizeUnknown: "size unknown",
  counting: "counting vectors",
  size: (size: number, of: string) => `${count(size)} ${of}`,
  tooMany: (size: number, total: number, of: string) => `${count(size)} vectors, ${count(total)} ${of}`,
  tooFew: (size: number, total: number, of: string) => `${count(size)} of ${count(total)} ${of}`,
  complete: "It is complete",
  incomplete: "Sync it in Indexes to complete it",
};
