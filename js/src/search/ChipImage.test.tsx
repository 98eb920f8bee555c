import { expect, test } from "vitest";
import { result, index } from "../test/data";
import { at, show } from "../test/panel";
import { ChipImage } from "./ChipImage";
import { resultChip, imageChip, textChip } from "./chips";

const source = () => at("milvus-chip-image").querySelector("img")?.getAttribute("src");

test("an uploaded image is shown as it is", () => {
  show(<ChipImage chip={imageChip("aGk=", "image/png", "cat.png")} size={20} />);
  expect(source()).toBe("data:image/png;base64,aGk=");
});

test("what is in the dataset is shown from there", () => {
  show(<ChipImage chip={resultChip(result, index, false)} size={20} />);
  expect(source()).toContain(result.filepath);
});

test("words have none", () => {
  const { container } = show(<ChipImage chip={textChip("bird")} size={20} />);
  expect(container.querySelector("img")).toBeNull();
});
