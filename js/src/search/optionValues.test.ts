import { expect, test } from "vitest";
import { optionProblems, setOptions, type OptionValues, DEFAULT_OPTIONS, fromParams, toParams } from "./optionValues";

const typed = { ...DEFAULT_OPTIONS };
const PLAIN = { filter_fields: [], search_params: [] };
const COSINE = { ...PLAIN, metric: "cosine" };

test.each(["1", "25", " 10000 "])("k = %s is fine", (k) => {
  expect(optionProblems({ ...typed, k }, PLAIN)).toEqual({});
});

test.each(["", "0", "10001", "2.5", "-3", "1e3", "many"])("k = '%s' is refused", (k) => {
  expect(optionProblems({ ...typed, k }, PLAIN).k).toContain("from 1 to 10,000");
});

test("more results need a score field", () => {
  expect(optionProblems({ ...typed, k: "50000", score_field: "near" }, PLAIN)).toEqual({});
  expect(optionProblems({ ...typed, score_field: "1 x" }, PLAIN).score_field).toContain("letters");
});

test("what isn't a number is refused", () => {
  expect(Object.keys(optionProblems({ ...typed, min_score: "x", max_score: "0.5", min_matches: "0" }, PLAIN))).toEqual([
    "min_score",
    "min_matches",
  ]);
});

test("only what is set is sent, and it is read back", () => {
  expect(toParams(typed, PLAIN)).toEqual({ k: 25, scope: "dataset" });
  const set = { ...typed, k: "7", scope: "view" as const, reverse: true, min_score: "0.2", group_by: "theme" };
  const params = toParams(set, PLAIN);
  expect(params).toEqual({ k: 7, scope: "view", reverse: true, min_score: 0.2, group_by: "theme" });
  expect(fromParams(params)).toEqual(set);
  expect(setOptions(set, COSINE).map(({ label }) => label)).toEqual([
    "Least similar first",
    "Results: 7",
    "Min similarity: 0.2",
    "Best match per: theme",
  ]);
  const plain = setOptions(set, COSINE).reduce<OptionValues>((all, { unset }) => ({ ...all, ...unset }), set);
  expect(plain).toEqual({ ...typed, scope: "view" });
});

test("parameters of the index are sent if it has them, and must be whole numbers", () => {
  const graph = { filter_fields: [], search_params: ["ef"] };
  const set = { ...typed, search_params: { ef: " 512 ", nprobe: "many" } };
  expect(optionProblems(set, graph)).toEqual({});
  expect(toParams(set, graph).search_params).toEqual({ ef: 512 });
  const [option, ...others] = setOptions(set, { ...COSINE, ...graph });
  expect([option.label.replace(/ +/g, " "), others]).toEqual(["ef: 512 ", []]);
  expect(option.unset).toEqual({ search_params: { ef: "", nprobe: "many" } });
  expect(fromParams({ ...toParams(set, graph) }).search_params).toEqual({ ef: "512" });
  expect(toParams(set, PLAIN).search_params).toBeUndefined();
  expect(optionProblems({ ...set, search_params: { ef: "0.5" } }, graph).search_params).toContain("whole number");
});
