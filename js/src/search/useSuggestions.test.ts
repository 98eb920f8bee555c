import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { index } from "../test/data";
import { answer, callsOf, Wrapper } from "../test/panel";
import { matching, useSuggestions, type Suggestion } from "./useSuggestions";

const suggestions = { recent: [{ id: "1", label: "a red bird" }], saved: ["best birds"], classes: ["bird", "cat", "dog", "tree"] };

function suggested(of = index, atOnce = false) {
  answer({ suggestions });
  return renderHook(({ made }) => useSuggestions(of, atOnce, made), { wrapper: Wrapper, initialProps: { made: "" } });
}

test("they are asked for once the box is used, and again after a search", async () => {
  const { result, rerender } = suggested();
  expect(callsOf("suggestions")).toEqual([]);
  act(() => result.current.ask());
  await waitFor(() => expect(result.current.all).toHaveLength(6));
  act(() => result.current.ask());
  rerender({ made: "token-1" });
  expect(callsOf("suggestions")).toEqual([{ brain_key: "images" }]);
  act(() => result.current.ask());
  await waitFor(() => expect(callsOf("suggestions")).toHaveLength(2));
});

test("the most frequent classes are examples, where text is searched for", async () => {
  const { result } = suggested(index, true);
  await waitFor(() => expect(result.current.examples).toEqual(["bird", "cat", "dog"]));
  const other = suggested({ ...index, supports_prompts: false }, true).result;
  await waitFor(() => expect(other.current.all).toHaveLength(2));
  expect(other.current.examples).toEqual([]);
});

test("those with the text in them are suggested, some of each kind, and not what is typed already", () => {
  const classes = ["bird", "Birdcage", "blackbird", "bird bath", "bird house", "bird feeder", "cat"];
  const all: Suggestion[] = [{ kind: "saved", label: "best birds" }, ...classes.map((label) => ({ kind: "class" as const, label }))];
  expect(matching(all, " Bird").map(({ label }) => label)).toEqual(["best birds", "Birdcage", "blackbird", "bird bath", "bird house"]);
  expect(matching(all, "").map(({ label }) => label)).toEqual(["best birds", "bird", "Birdcage", "blackbird", "bird bath"]);
});
