import { renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import { execute } from "../test/fiftyone";
import { asked, PLUGIN } from "../test/panel";
import { useOperator } from "./useOperator";

const params = { brain_key: "images", new_brain_key: "words" };

function renamed(answer: object) {
  execute.mockImplementation((_, { callback }) => callback(answer));
  return renderHook(() => useOperator("rename_index")).result.current(params);
}

test("an operator's result is what its promise gives", async () => {
  const result = { brain_key: "words", collection_name: null, message: "Renamed." };
  await expect(renamed({ result })).resolves.toEqual(result);
  expect(asked()).toEqual([{ uri: `${PLUGIN}/rename_index`, ...params }]);
});

test("an operator that fails is a promise that does", async () => {
  await expect(renamed({ errorMessage: "words is taken." })).rejects.toThrow("words is taken.");
});
