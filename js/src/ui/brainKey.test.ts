import { expect, test } from "vitest";
import { form } from "../test/data";
import { brainKeyProblem } from "./brainKey";

test.each([
  ["milvus_2", null],
  ["", "Give the index a name."],
  ["2nd", "The name can't start with a digit."],
  ["my-index", "Use letters, digits and underscores only."],
  ["words", "words is taken: choose another name."],
])("the brain key '%s'", (key, problem) => {
  expect(brainKeyProblem(key, form.brain_keys)).toBe(problem);
});
