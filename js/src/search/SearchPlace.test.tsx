import { fireEvent, screen, waitFor } from "@testing-library/react";
import { useSetRecoilState, type MutableSnapshot } from "recoil";
import { expect, test, vi } from "vitest";
import type { Index } from "../shared/api";
import { hit, index, result } from "../test/data";
import { executeOperator, isPatchesView, notify, selectedSamples, view } from "../test/fiftyone";
import { absent, answer, at, callsOf, show } from "../test/panel";
import { SearchPlace } from "./SearchPlace";

const on = { onMakeIndex: vi.fn(), onIndex: vi.fn() };
const place = (shown: Index | undefined = index, dataset = "animals") => (
  <SearchPlace dataset={dataset} index={shown} indexes={shown ? [shown] : []} samples={1538} {...on} />
);

async function searched(answers: object = {}, initialize?: (snapshot: MutableSnapshot) => void) {
  answer({ search: result, clear: {}, cut: {}, ...answers });
  const shown = show(place(), initialize);
  await shown.user.type(at("milvus-query"), "a bird{Enter}");
  return shown;
}

const all = (name: string) => [...document.querySelectorAll<HTMLElement>(`[data-cy="${name}"]`)];
const hits = () => all("milvus-hit");
const chips = () => all("milvus-chip");

test("Enter makes a chip of the text and searches; typing asks nothing", async () => {
  answer({ search: result });
  const { user } = show(place());
  await user.type(at("milvus-query"), "a bird");
  expect(callsOf("search")).toHaveLength(0);
  await user.type(at("milvus-query"), "{Enter}");
  expect(callsOf("search")).toEqual([
    { brain_key: "pictures", query: { terms: [{ text: ["a bird"] }] }, k: 25, target: "dataset" },
  ]);
  expect(chips()[0].textContent).toContain("a bird");
  expect(at<HTMLInputElement>("milvus-query").value).toBe("");
});

test("the options are part of the search", async () => {
  answer({ search: result, options: { group_by: ["theme"] } });
  const { user } = show(place());
  await user.click(at("milvus-scope-view"));
  await user.click(at("milvus-reverse"));
  await user.click(at("milvus-more-options"));
  await waitFor(() => screen.getByRole("option", { name: "theme" }));
  await user.selectOptions(at("milvus-group_by"), "theme");
  await user.clear(at("milvus-k"));
  await user.type(at("milvus-k"), "7");
  await user.type(at("milvus-min_score"), "0.5");
  await user.type(at("milvus-query"), "a bird{Enter}");
  expect(callsOf("search")).toMatchObject([
    { k: 7, target: "view", reverse: true, min_score: 0.5, group_by: "theme" },
  ]);
});

test("a k out of range is explained as it is typed, and nothing is asked", async () => {
  answer({ options: { group_by: [] } });
  const { user } = show(place());
  await user.click(at("milvus-more-options"));
  await user.type(at("milvus-k"), "000");
  expect(screen.getByText(/from 1 to 10,000/)).toBeTruthy();
  expect(at("milvus-k").getAttribute("aria-invalid")).toBe("true");
  await user.type(at("milvus-query"), "bird{Enter}");
  expect(callsOf("search")).toHaveLength(0);
});

test("a chip flips, has a weight, is removed and put back", async () => {
  const { user } = await searched();
  await waitFor(() => expect(hits()).toHaveLength(2));
  await user.type(at("milvus-query"), "a plane{Enter}");
  await waitFor(() => expect(callsOf("search")).toHaveLength(2));
  await user.click(all("milvus-chip-sign")[1]);
  await user.selectOptions(all("milvus-chip-weight")[0], "2");
  await user.click(at("milvus-search"));
  expect(callsOf("search")[2]).toMatchObject({
    query: { terms: [{ text: ["a bird"], weight: 2 }, { text: ["a plane"], unwanted: true }] },
  });
  await user.click(all("milvus-chip-remove")[1]);
  expect(chips()).toHaveLength(1);
  await user.click(at("milvus-put-back"));
  expect(chips()[1].dataset.unwanted).toBe("true");
  expect(callsOf("search")).toHaveLength(3);
});

test("what is selected becomes chips, asked for once, and the search is with them", async () => {
  const media = { filepath: "/a.jpg", box: null, label: "cat" };
  answer({
    search: result,
    selection: {
      chips: [
        { key: "a", term: { id: "a" }, media },
        { key: "b", term: { id: "b", unwanted: true }, media },
      ],
    },
  });
  const { user } = show(place(), ({ set }) =>
    set(selectedSamples, new Map([["a", "default"], ["b", "alt"]])),
  );
  await waitFor(() => expect(chips()).toHaveLength(2));
  expect(callsOf("selection")).toEqual([{ brain_key: "pictures" }]);
  expect(chips().map(({ dataset }) => [dataset.ghost, dataset.unwanted])).toEqual([
    ["true", "false"],
    ["true", "true"],
  ]);
  await user.click(at("milvus-search"));
  expect(callsOf("search")).toMatchObject([{ query: { terms: [{ id: "a" }, { id: "b", unwanted: true }] } }]);
  expect(chips().map(({ dataset }) => dataset.ghost)).toEqual(["false", "false"]);
});

test("a pasted picture is searched with, as base64", async () => {
  answer({ search: result });
  show(place());
  const file = new File([new Uint8Array([1, 2, 3])], "a.png", { type: "image/png" });
  fireEvent.paste(at("milvus-query"), { clipboardData: { files: [file] } });
  await waitFor(() => expect(callsOf("search")).toHaveLength(1));
  expect(callsOf("search")).toMatchObject([{ query: { terms: [{ picture: "AQID" }] } }]);
  expect(chips()[0].querySelector("img")?.src).toBe("data:image/png;base64,AQID");
});

test("what is no picture is refused in words", async () => {
  show(place());
  const file = new File(["hello"], "a.txt", { type: "text/plain" });
  fireEvent.paste(at("milvus-query"), { clipboardData: { files: [file] } });
  await waitFor(() => expect(at("milvus-drop-problem").textContent).toContain("JPEG"));
  expect(callsOf("search")).toHaveLength(0);
});

test("an index whose model can't embed text takes no text and says what to do", () => {
  show(place({ ...index, supports_prompts: false }));
  expect(at<HTMLInputElement>("milvus-query").disabled).toBe(true);
  expect(at("milvus-no-text").textContent).toContain("clip can't embed text: search with pictures");
});

test("the hits have rank, score and label", async () => {
  await searched();
  await waitFor(() => expect(hits()).toHaveLength(2));
  expect(at("milvus-result-line").textContent).toBe("538 of 1,538 in 18 ms, exact");
  expect(at("milvus-hit-score").textContent).toBe("0.912");
  expect(hits()[0].textContent).toContain("bird");
});

test("hovering says what each term says", async () => {
  const explained = { ...result, hits: [{ ...hit, terms: [0.61, 0.12] }] };
  const { user } = await searched({ search: explained });
  await waitFor(() => expect(hits()).toHaveLength(1));
  await user.hover(hits()[0]);
  await waitFor(() => expect(at("milvus-why").textContent).toContain("+ a bird 0.610"), { timeout: 2000 });
});

test("more like a hit is another search with it", async () => {
  const { user } = await searched();
  await waitFor(() => expect(hits()).toHaveLength(2));
  await user.click(all("milvus-less-like")[1]);
  expect(callsOf("search")[1]).toMatchObject({
    query: { terms: [{ text: ["a bird"] }, { id: "b", unwanted: true }] },
  });
});

test("a tick selects the hit in the grid", async () => {
  const { user } = await searched({ selection: { chips: [] } }, ({ set }) =>
    set(selectedSamples, new Map([["z", "alt"]])),
  );
  await waitFor(() => expect(hits()).toHaveLength(2));
  await user.click(all("milvus-tick")[0]);
  expect(executeOperator).toHaveBeenCalledWith("@voxel51/operators/set_selected_samples", {
    samples: [
      { id: "z", type: "alt" },
      { id: "a", type: "default" },
    ],
  });
});

test.each([
  [false, "sample"],
  [true, "patch"],
])("a click opens what the grid shows (patches view: %s)", async (patches, id) => {
  const patch = { ...hit, id: "patch", sample_id: "sample" };
  const { user } = await searched({ search: { ...result, hits: [patch] } }, ({ set }) =>
    set(isPatchesView, patches),
  );
  await waitFor(() => expect(hits()).toHaveLength(1));
  await user.click(hits()[0]);
  expect(executeOperator).toHaveBeenCalledWith("@voxel51/operators/open_sample", { id });
});

test("the arrow keys go from hit to hit, and one of them is reached by Tab", async () => {
  const { user } = await searched();
  await waitFor(() => expect(hits()).toHaveLength(2));
  hits()[0].focus();
  await user.keyboard("{ArrowRight}");
  await waitFor(() => expect(document.activeElement).toBe(hits()[1]));
  expect(hits().map(({ tabIndex }) => tabIndex)).toEqual([-1, 0]);
});

test("the handle of the histogram cuts the grid with one request", async () => {
  await searched();
  await waitFor(() => at("milvus-histogram"));
  fireEvent.change(at("milvus-cut"), { target: { value: 3 } });
  await waitFor(() => expect(callsOf("cut")).toEqual([{ token: "token-1", keep: 532 }]));
  expect(at("milvus-result-line").textContent).toContain("the first 532 in the grid");
});

test("hits are tagged, and a view and a search are saved, each with one request", async () => {
  const told = { message: "Done." };
  const { user } = await searched({ tag: told, save_view: told, save_search: told });
  await waitFor(() => at("milvus-tag"));
  for (const action of ["tag", "save_view", "save_search"]) {
    await user.click(at(`milvus-${action}`));
    await user.type(at("milvus-name"), "good{Enter}");
    await waitFor(() => expect(absent("milvus-name")).toBe(true));
  }
  expect(notify).toHaveBeenCalledTimes(3);
  expect(callsOf("tag")).toEqual([{ token: "token-1", keep: 538, tag: "good" }]);
  expect(callsOf("save_view")).toEqual([{ token: "token-1", keep: 538, name: "good" }]);
  expect(callsOf("save_search")).toEqual([{ token: "token-1", name: "good" }]);
});

test("a search of the history restores everything", async () => {
  const past = { id: "1", label: "flower", at: "2025-03-04T05:06:07Z", hits: 7, brain_key: "pictures" };
  answer({
    history: { searches: [past], total: 1, saved: ["mine"] },
    again: {
      ...result,
      chips: [{ key: "0", term: { text: ["flower"], weight: 2, unwanted: false }, media: null }],
      request: { brain_key: "pictures", k: 7, target: "view", reverse: true },
    },
    options: { group_by: [] },
  });
  const { user } = show(place());
  await user.click(at("milvus-history"));
  await waitFor(() => expect(at("milvus-past").textContent).toContain("7 hits"));
  expect(at("milvus-saved").textContent).toContain("mine");
  await user.click(at("milvus-past"));
  await waitFor(() => expect(hits()).toHaveLength(2));
  expect(callsOf("again")).toEqual([{ id: "1" }]);
  expect(chips()[0].textContent).toContain("flower");
  expect(all("milvus-chip-weight")[0]).toMatchObject({ value: "2" });
  expect(at("milvus-scope-view").getAttribute("aria-pressed")).toBe("true");
  expect(at<HTMLInputElement>("milvus-reverse").checked).toBe(true);
  expect(on.onIndex).toHaveBeenCalledWith("pictures");
});

test("without an index one button teaches and starts to make one", async () => {
  const { user } = show(<SearchPlace dataset="animals" index={undefined} indexes={[]} samples={0} {...on} />);
  expect(at("milvus-no-index").textContent).toContain("No index");
  await user.click(at("milvus-make-index"));
  expect(on.onMakeIndex).toHaveBeenCalledOnce();
});

test("a failed search says why and keeps the query", async () => {
  await searched({ search: { error: { code: "no_server", message: "Milvus is away." } } });
  await waitFor(() => expect(at("milvus-problem").textContent).toBe("Milvus is away."));
  expect(chips()[0].textContent).toContain("a bird");
});

test("no hits are said so", async () => {
  await searched({ search: { ...result, hits: [], total: 0, histogram: null } });
  await waitFor(() => expect(at("milvus-no-hits").textContent).toContain("No hits"));
});

test("clearing takes the result out of the grid and out of the panel", async () => {
  const { user } = await searched();
  await waitFor(() => at("milvus-clear"));
  await user.click(at("milvus-clear"));
  await waitFor(() => expect(hits()).toHaveLength(0));
  expect(callsOf("clear")).toHaveLength(1);
});

test("hits and chips outlive a remount, and go with their index and their dataset", async () => {
  const { unmount } = await searched();
  await waitFor(() => expect(hits()).toHaveLength(2));
  unmount();
  const again = show(place());
  expect(hits()).toHaveLength(2);
  expect(chips()).toHaveLength(1);
  again.unmount();
  const other = show(place({ ...index, brain_key: "words" }));
  expect(hits()).toHaveLength(0);
  other.unmount();
  show(place(index, "another"));
  expect(hits()).toHaveLength(0);
});

test("a view that the person makes is counted once", async () => {
  answer({ view_count: { count: 20 } });
  const Grid = () => {
    const setView = useSetRecoilState(view);
    return <button data-cy="grid" onClick={() => setView([{ _cls: "Match" }])} />;
  };
  const { user } = show(
    <>
      <Grid />
      {place()}
    </>,
  );
  expect(at("milvus-scope-view").textContent).toBe("View 1,538");
  await user.click(at("grid"));
  await waitFor(() => expect(at("milvus-scope-view").textContent).toBe("View 20"));
  expect(callsOf("view_count")).toHaveLength(1);
});
