import { expect, test } from "vitest";
import { hit, index } from "../test/data";
import { at, show } from "../test/panel";
import { hitChip, textChip } from "./chips";
import { ScoreDetails } from "./ScoreDetails";

const lines = () => [...at("milvus-why").children].map(({ textContent }) => textContent);
const unwanted = { ...textChip("cage"), unwanted: true };

test("the score comes first, then what each term says, then what else there is", () => {
  const explained = { ...hit, terms: [0.61, 0.12], notes: ["the best of 3 patches"] };
  show(<ScoreDetails hit={explained} kind="similarity" chips={[textChip("bird"), unwanted]} />);
  expect(lines()).toEqual([
    "1. bird similarity 0.912",
    "+“bird”0.610",
    "−“cage”0.120",
    "the best of 3 patches",
  ]);
});

test("a single term says no more than the score", () => {
  show(<ScoreDetails hit={hit} kind="distance" chips={[textChip("bird")]} />);
  expect(lines()).toEqual(["1. bird distance 0.912"]);
});

test("a term of a picture is shown by it", () => {
  const like = hitChip({ ...hit, label: "penguin" }, index, true);
  show(<ScoreDetails hit={{ ...hit, terms: [0.4] }} kind="similarity" chips={[like]} />);
  expect(lines()[1]).toBe("−penguin0.400");
  expect(at("milvus-why").querySelector("img")).not.toBeNull();
});
