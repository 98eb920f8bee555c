import { expect, test } from "vitest";
import { result, index } from "../test/data";
import { at, show } from "../test/panel";
import { resultChip, textChip } from "./chips";
import { ScoreDetails } from "./ScoreDetails";

const lines = () => [...at("milvus-why").children].map(({ textContent }) => textContent);
const cage = { ...textChip("cage"), negative: true };

test("the score comes first, then what each term says, then what else there is", () => {
  const explained = { ...result, term_scores: [0.61, 0.12], notes: ["the best of 3 patches"] };
  show(<ScoreDetails result={explained} kind="similarity" chips={[textChip("bird"), cage]} />);
  expect(lines()).toEqual([
    "1. bird similarity 0.912",
    "+“bird”0.610",
    "−“cage”0.120",
    "the best of 3 patches",
  ]);
});

test("a single term says no more than the score", () => {
  show(<ScoreDetails result={result} kind="distance" chips={[textChip("bird")]} />);
  expect(lines()).toEqual(["1. bird distance 0.912"]);
});

test("a term of an image shows the image", () => {
  const like = resultChip({ ...result, label: "penguin" }, index, true);
  show(<ScoreDetails result={{ ...result, term_scores: [0.4] }} kind="similarity" chips={[like]} />);
  expect(lines()[1]).toBe("−penguin0.400");
  expect(at("milvus-why").querySelector("img")).not.toBeNull();
});
