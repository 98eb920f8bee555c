import { afterEach, expect, test } from "vitest";
import { executed } from "../test/fiftyone";
import { openFromAddress } from "./openFromAddress";
import { readAddress } from "./useSearchAddress";

afterEach(() => window.history.replaceState(null, "", "/"));

test.each([
  ["/datasets/a?milvus_search=b", 1],
  ["/datasets/a?view=mine", 0],
])("at %s the panel is opened %d times", (at, times) => {
  window.history.replaceState(null, "", at);
  readAddress();
  openFromAddress();
  expect(executed).toHaveBeenCalledTimes(times);
});
