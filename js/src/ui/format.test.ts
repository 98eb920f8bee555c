import { expect, test } from "vitest";
import { ago, bytes, capital, count, counted, date, duration, rate } from "./format";

test("numbers are grouped", () => {
  expect(count(12345)).toBe("12,345");
  expect([counted(1, "vector"), counted(0, "vector")]).toEqual(["1 vector", "0 vectors"]);
});

test.each([
  [0.4, "0 s"],
  [18, "18 s"],
  [59.6, "1 min"],
  [125, "2 min 5 s"],
  [3600, "1 h"],
  [3720, "1 h 2 min"],
])("%s seconds are %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test("slow rates keep a decimal", () => {
  expect([rate(24.3), rate(0.52), rate(1500)]).toEqual(["24/s", "0.5/s", "1,500/s"]);
});

test("a time without a zone is UTC", () => {
  expect(date("2025-03-04T12:00:00")).toBe(date("2025-03-04T12:00:00Z"));
  expect(date("never")).toBe("never");
});

test("a phase starts with a capital", () => {
  expect(capital("embedding")).toBe("Embedding");
});

test("sizes have a unit that fits", () => {
  expect([bytes(0), bytes(999), bytes(1_540), bytes(353_976_522), bytes(4_200_000_000)]).toEqual([
    "0 bytes",
    "999 bytes",
    "1.5 kB",
    "354 MB",
    "4.2 GB",
  ]);
});

test.each([
  [20, "just now"],
  [300, "5 min ago"],
  [7_300, "2 h ago"],
  [90_000, "1 day ago"],
])("%s seconds ago is %s", (seconds, text) => {
  const now = Date.parse("2025-03-04T12:00:00Z");
  expect(ago(new Date(now - 1000 * seconds).toISOString(), now)).toBe(text);
});
