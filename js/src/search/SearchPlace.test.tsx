import { screen, waitFor } from "@testing-library/react";
import { useSetRecoilState } from "recoil";
import { expect, test, vi } from "vitest";
import type { Index } from "../shared/api";
import { hit, index, result } from "../test/data";
import { executeOperator, isPatchesView, selectedLabels, selectedSamples, view } from "../test/fiftyone";
import { absent, answer, at, callsOf, show } from "../test/panel";
import { SearchPlace } from "./SearchPlace";

const onMakeIndex = vi.fn();
const place = (shown: Index | undefined = index) => (
  <SearchPlace dataset="animals" index={shown} onMakeIndex={onMakeIndex} />
);

async function searched(answers: object = { search: result, clear: {} }) {
  answer(answers);
  const shown = show(place());
  await shown.user.type(at("milvus-query"), "a bird{Enter}");
  return shown;
}

const hits = () => document.querySelectorAll("[data-cy=milvus-hit]");

test("Enter searches by text, with the options", async () => {
  answer({ search: result });
  const { user } = show(place());
  await user.clear(at("milvus-k"));
  await user.type(at("milvus-k"), "7");
  await user.selectOptions(at("milvus-scope"), "view");
  await user.click(at("milvus-reverse"));
  await user.type(at("milvus-query"), "a bird{Enter}");
  expect(callsOf("search")).toEqual([
    { brain_key: "pictures", text: "a bird", k: 7, reverse: true, target: "view" },
  ]);
});

test("the hits have rank, score and label", async () => {
  await searched();
  await waitFor(() => expect(hits()).toHaveLength(2));
  expect(at("milvus-result-line").textContent).toBe("first 2 of 538 hits · 18 ms · exact");
  expect(at("milvus-hit-score").textContent).toBe("0.912");
  expect(hits()[0].textContent).toContain("bird");
});

test("more hits are listed after the first, without another search", async () => {
  const third = { ...hit, id: "c", sample_id: "c", rank: 3 };
  const { user } = await searched({ search: { ...result, total: 3 }, more: { hits: [third] } });
  await user.click(at("milvus-more"));
  await waitFor(() => expect(hits()).toHaveLength(3));
  expect(callsOf("more")).toEqual([{ token: "token-1", start: 2 }]);
  expect(callsOf("search")).toHaveLength(1);
  expect(at("milvus-result-line").textContent).toContain("3 hits");
  expect(absent("milvus-more")).toBe(true);
});

test("a k out of range is explained as it is typed, and nothing is asked", async () => {
  const { user } = show(place());
  await user.type(at("milvus-query"), "bird");
  await user.type(at("milvus-k"), "000");
  expect(screen.getByText("Type a whole number from 1 to 10,000.")).toBeTruthy();
  expect(at("milvus-k").getAttribute("aria-invalid")).toBe("true");
  expect(at<HTMLButtonElement>("milvus-search").disabled).toBe(true);
  await user.type(at("milvus-query"), "{Enter}");
  expect(callsOf("search")).toHaveLength(0);
});

test("an index whose model can't embed text takes no text and says why", () => {
  show(place({ ...index, supports_prompts: false }));
  expect(at<HTMLInputElement>("milvus-query").disabled).toBe(true);
  expect(screen.getByText(/clip can't embed text/)).toBeTruthy();
});

test("a selection in the grid can be searched with", async () => {
  answer({ search: result });
  const { user } = show(place(), ({ set }) =>
    set(selectedSamples, new Map([["a", "default"], ["b", "alt"]])),
  );
  expect(at("milvus-search-selection").textContent).toBe("Search with selection (2)");
  await user.click(at("milvus-search-selection"));
  expect(callsOf("search")).toEqual([
    { brain_key: "pictures", selected: true, k: 25, reverse: false, target: "dataset" },
  ]);
});

test("selected labels count for an index of patches only", () => {
  const labels = [{ labelId: "x" }, { labelId: "y" }];
  const { unmount } = show(place(), ({ set }) => set(selectedLabels, labels));
  expect(at<HTMLButtonElement>("milvus-search-selection").disabled).toBe(true);
  unmount();
  show(place({ ...index, patches_field: "ground_truth" }), ({ set }) => set(selectedLabels, labels));
  expect(at("milvus-search-selection").textContent).toBe("Search with selection (2)");
});

test("without an index one button teaches and starts to make one", async () => {
  const { user } = show(<SearchPlace dataset="animals" index={undefined} onMakeIndex={onMakeIndex} />);
  expect(at("milvus-no-index").textContent).toContain("No index");
  await user.click(at("milvus-make-index"));
  expect(onMakeIndex).toHaveBeenCalledOnce();
});

test("a failed search says why and keeps the query", async () => {
  await searched({ search: { error: { code: "no_server", message: "Milvus is away." } } });
  await waitFor(() => expect(at("milvus-problem").textContent).toBe("Milvus is away."));
  expect(at<HTMLInputElement>("milvus-query").value).toBe("a bird");
});

test("no hits are said so", async () => {
  await searched({ search: { ...result, hits: [], total: 0 } });
  await waitFor(() => expect(at("milvus-no-hits").textContent).toContain("No hits"));
});

test("clearing takes the result out of the grid and out of the panel", async () => {
  const { user } = await searched();
  await waitFor(() => at("milvus-clear"));
  await user.click(at("milvus-clear"));
  await waitFor(() => expect(hits()).toHaveLength(0));
  expect(callsOf("clear")).toHaveLength(1);
});

test("hits outlive a change of the grid's view and a remount", async () => {
  answer({ search: result });
  const Grid = () => {
    const setView = useSetRecoilState(view);
    return <button data-cy="grid" onClick={() => setView([{ _cls: "Select" }])} />;
  };
  const { user, unmount } = show(
    <>
      <Grid />
      {place()}
    </>,
  );
  await user.type(at("milvus-query"), "a bird{Enter}");
  await waitFor(() => expect(hits()).toHaveLength(2));
  await user.click(at("grid"));
  expect(hits()).toHaveLength(2);
  unmount();
  show(place());
  expect(hits()).toHaveLength(2);
  expect(at<HTMLInputElement>("milvus-query").value).toBe("a bird");
});

test("a result goes with its index and its dataset", async () => {
  const { unmount } = await searched();
  await waitFor(() => expect(hits()).toHaveLength(2));
  unmount();
  const { unmount: again } = show(place({ ...index, brain_key: "words" }));
  expect(hits()).toHaveLength(0);
  again();
  show(<SearchPlace dataset="another" index={index} onMakeIndex={onMakeIndex} />);
  expect(hits()).toHaveLength(0);
});

test.each([
  [false, "sample"],
  [true, "patch"],
])("a click opens what the grid shows (patches view: %s)", async (patches, id) => {
  const patch = { ...hit, id: "patch", sample_id: "sample" };
  answer({ search: { ...result, hits: [patch] } });
  const { user } = show(place(), ({ set }) => set(isPatchesView, patches));
  await user.type(at("milvus-query"), "x{Enter}");
  await waitFor(() => at("milvus-hit"));
  await user.click(at("milvus-hit"));
  expect(executeOperator).toHaveBeenCalledWith("@voxel51/operators/open_sample", { id });
});
