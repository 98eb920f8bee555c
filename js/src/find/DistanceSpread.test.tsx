import { expect, test } from "vitest";
import { at, show } from "../test/panel";
import { DistanceSpread } from "./DistanceSpread";

const counts = () => [...at("milvus-spread").querySelectorAll<HTMLElement>("[data-count]")].map(({ dataset }) => Number(dataset.count));

test("each distance is in the bar of its range, and the range is said", () => {
  show(<DistanceSpread distances={[0.5, 0.3, 0.29, 0.02]} />);
  expect(counts()).toHaveLength(24);
  expect(counts().reduce((sum, n) => sum + n)).toBe(4);
  expect([counts()[0], counts().at(-1)]).toEqual([1, 1]);
  expect(at("milvus-spread").textContent).toBe("Distance to the nearest: 0.020 to 0.500, median 0.300");
});

test("equal distances are in one bar", () => {
  show(<DistanceSpread distances={[0.5, 0.5]} />);
  expect(counts()[0]).toBe(2);
});
