import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { answer, at, callsOf, show } from "../test/panel";
import { WithSearch } from "../test/search";
import { ClearButton } from "./ClearButton";

test("it takes the results out of the grid, once at a time", async () => {
  let done: () => void = () => undefined;
  answer({ clear_results: () => new Promise((resolve) => (done = () => resolve({}))) });
  const { user } = show(<WithSearch>{(search) => <ClearButton search={search} />}</WithSearch>);
  const button = at<HTMLButtonElement>("milvus-clear");
  await user.click(button);
  expect(callsOf("clear_results")).toHaveLength(1);
  expect(button.disabled).toBe(true);
  done();
  await waitFor(() => expect(button.disabled).toBe(false));
});
