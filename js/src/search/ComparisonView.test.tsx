import { expect, test, vi } from "vitest";
import type { Compared } from "../api/contract";
import { at, show } from "../test/panel";
import { ComparisonView } from "./ComparisonView";

const media = { filepath: "/images/a.jpg", box: null, label: null, caption: "a.jpg" };
const ranked = (id: string, rank: number, other_rank: number | null): Compared => ({ ...media, id, rank, other_rank });

test("two rankings are side by side, with how each result moved", async () => {
  const onClose = vi.fn();
  const comparison = {
    overlap: 2 / 3,
    first: [ranked("a", 1, 1), ranked("b", 2, null), ranked("c", 3, 4), ranked("d", 4, 2)],
    second: [ranked("a", 1, 1), ranked("d", 2, 4), ranked("e", 3, null), ranked("c", 4, 3)],
  };
  const { user } = show(<ComparisonView name="words" comparison={comparison} onClose={onClose} />);
  expect(at("milvus-overlap").textContent).toBe("Compared with words: 67 % are in both");
  const lists = [...document.querySelectorAll("ol")];
  expect(lists.map((list) => list.getAttribute("aria-label"))).toEqual(["These results", "words"]);
  const notes = lists.map((list) => [...list.querySelectorAll('[data-cy="milvus-moved"]')].map(({ textContent }) => textContent));
  expect(notes).toEqual([
    ["", "gone", "", ""],
    ["", "up 2", "new", "down 1"],
  ]);
  await user.click(at("milvus-close-comparison"));
  expect(onClose).toHaveBeenCalledOnce();
});
