import { act, renderHook } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { execute } from "../test/fiftyone";
import { asked, PLUGIN } from "../test/panel";
import { useAdoption } from "./useAdoption";

const onDone = vi.fn();
const uri = `${PLUGIN}/adopt_collection`;
const compared = { dry_run: true, fits: true, problem: null, ownership_problem: null, message: "5 of 5 ids" };

function adopting(result: object) {
  execute.mockImplementation((_, { callback }) => callback({ result }));
  return renderHook(() => useAdoption("left_over", onDone)).result;
}

test("a comparison is shown until it is reset", async () => {
  const result = adopting(compared);
  await act(async () => result.current.compare("objects"));
  expect(asked()).toEqual([{ uri, collection_name: "left_over", patches_field: "objects", dry_run: true }]);
  expect(result.current.match).toEqual(compared);
  expect(onDone).not.toHaveBeenCalled();
  act(() => result.current.reset());
  expect(result.current.match).toBeNull();
});

test("it is adopted with all that was chosen", async () => {
  const result = adopting({ dry_run: false, brain_key: "words", message: "It is an index." });
  const chosen = { brain_key: "words", model: "clip", take_ownership: true };
  await act(async () => result.current.adopt({ ...chosen, patches_field: "objects" }));
  expect(asked()).toEqual([
    { uri, collection_name: "left_over", patches_field: "objects", ...chosen, dry_run: false },
  ]);
  expect(onDone.mock.calls).toEqual([["It is an index."]]);
});
