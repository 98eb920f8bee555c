import { expect, test } from "vitest";
import { health, index } from "../test/data";
import { at, show } from "../test/panel";
import { HealthSummary } from "./HealthSummary";

const line = () => at("milvus-index-coverage").textContent;

test("what was compared has its numbers, and says when", () => {
  show(<HealthSummary index={{ ...index, health: { ...health, checked: new Date().toISOString() } }} />);
  expect(at("milvus-coverage-bar").getAttribute("aria-label")).toBe("1,500 indexed · 30 missing · 8 stale");
  expect(line()).toContain("1,500 indexed");
  expect(line()).toContain("compared just now");
});

test("news that the dataset has outrun says so", () => {
  show(<HealthSummary index={{ ...index, health: { ...health, changed: true, unavailable: 2 } }} />);
  expect(line()).toContain("the dataset has changed since");
  expect(line()).toContain("2 more can't be indexed");
});

test("what wasn't compared says so", () => {
  show(<HealthSummary index={{ ...index, health: null }} />);
  expect(line()).toContain("not compared yet");
});

test("an index that may be of a part of the dataset says so", () => {
  show(<HealthSummary index={{ ...index, health: { ...health, scope_known: false } }} />);
  expect(line()).toContain("the samples that it was built over are unknown");
});
