import { expect, test } from "vitest";
import { chosen, DEFAULT_VALUES, inputProblem, toParams } from "./findValues";

const options = { tags: [], split_fields: ["split"], label_fields: ["kind", "objects"], other_datasets: ["archive"], other_keys: ["all"] };
const values = DEFAULT_VALUES;

test("each kind gets what its operator takes", () => {
  const common = { brain_key: "images", scope: "dataset" };
  expect(toParams("find_duplicates", values, "images", options)).toEqual({ ...common, thresh: 0.05 });
  expect(toParams("find_leaks", values, "images", options)).toEqual({ ...common, thresh: 0.05, tags: "train, test" });
  expect(toParams("find_leaks", { ...values, split_field: "split" }, "images", options)).toEqual({
    ...common,
    thresh: 0.05,
    field: "split",
  });
  expect(toParams("find_label_outliers", values, "images", options)).toEqual({
    ...common,
    label_field: "kind",
    k: 10,
    min_score: 0.5,
  });
  expect(toParams("find_unique", values, "images", options)).toEqual({ ...common, count: 100 });
  expect(toParams("find_duplicates_in_dataset", values, "images", options)).toEqual({
    ...common,
    thresh: 0.05,
    other_dataset: "archive",
    other_key: "all",
  });
});

test("what is wrong with an input is said", () => {
  expect(inputProblem({ ...values, thresh: "near" }, "thresh", options)).toBe("Enter a number.");
  expect(inputProblem({ ...values, split_tags: "train" }, "split_tags", options)).toBe("Enter two tags or more.");
  expect(inputProblem({ ...values, split_tags: "", split_field: "split" }, "split_tags", options)).toBeNull();
  expect(inputProblem(values, "label_field", { ...options, label_fields: [] })).toBe("No field has labels to compare.");
  expect(inputProblem(values, "other_key", { ...options, other_keys: [] })).toBe("It has no Milvus index of the same model.");
});

test("what is chosen is one that there is", () => {
  expect(chosen({ ...values, label_field: "objects" }, "label_field", options)).toBe("objects");
  expect(chosen({ ...values, label_field: "gone" }, "label_field", options)).toBe("kind");
});
