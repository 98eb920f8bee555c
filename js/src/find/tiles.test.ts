import { expect, test } from "vitest";
import { focusTile, nextOf } from "./tiles";

function list() {
  const element = document.createElement("div");
  for (const [group, members] of [2, 1, 2].entries())
    for (let member = 0; member < members; member++) {
      const tile = document.createElement("button");
      Object.assign(tile.dataset, { group, member });
      element.append(tile);
    }
  document.body.append(element);
  return { element, tiles: [...element.children] as HTMLElement[] };
}

test("left and right go from tile to tile, up and down from group to group", () => {
  const { element, tiles } = list();
  const to = (from: number, key: string) => tiles.indexOf(nextOf(element, tiles[from], key) as HTMLElement);
  expect(["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"].map((key) => to(1, key))).toEqual([2, 0, 2, -1]);
  expect([to(2, "ArrowDown"), to(4, "ArrowUp"), to(4, "ArrowRight"), to(4, "x")]).toEqual([3, 2, -1, -1]);
  focusTile(element, 2);
  expect(document.activeElement).toBe(tiles[3]);
  element.remove();
});
