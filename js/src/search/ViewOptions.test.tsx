import { fireEvent, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { answer, at, callsOf, show } from "../test/panel";
import { useTileView } from "./useTileView";
import { ViewOptions } from "./ViewOptions";

function Options({ dataset = "animals", patches }: { dataset?: string; patches: string | null }) {
  const tiles = useTileView(dataset, patches);
  return (
    <>
      <ViewOptions token="token-1" patches={patches !== null} tiles={tiles} />
      <output>{`${tiles.caption} ${tiles.size}`}</output>
    </>
  );
}

const chosen = () => document.querySelector("output")?.textContent;
const labels = () => [...at<HTMLSelectElement>("milvus-caption").options].map(({ text }) => text);

async function options(patches: string | null = null, dataset?: string) {
  answer({ caption_fields: { fields: ["split", "weather.label"] } });
  const shown = show(<Options patches={patches} dataset={dataset} />);
  await shown.user.click(at("milvus-view-options"));
  await waitFor(() => expect(labels()).toHaveLength(3));
  return shown;
}

test("the field on the tiles is chosen, and remembered for the dataset and what is indexed", async () => {
  const { user, unmount } = await options();
  expect(labels()).toEqual(["file name", "split", "weather.label"]);
  expect(callsOf("caption_fields")).toEqual([{ token: "token-1" }]);
  await user.selectOptions(at("milvus-caption"), "split");
  expect(chosen()).toBe("split 104");
  unmount();
  const again = await options();
  expect(chosen()).toBe("split 104");
  again.unmount();
  const patches = await options("objects");
  expect(labels()[0]).toBe("label");
  expect(chosen()).toBe(" 104");
  patches.unmount();
  await options(null, "plants");
  expect(chosen()).toBe(" 104");
});

test("the size of the tiles is chosen by a slider, and remembered", async () => {
  const { unmount } = await options();
  const slider = at<HTMLInputElement>("milvus-tile-size");
  expect(slider.getAttribute("aria-valuetext")).toBe("at least 104 pixels");
  fireEvent.change(slider, { target: { value: 200 } });
  expect(chosen()).toBe(" 200");
  unmount();
  await options();
  expect(at<HTMLInputElement>("milvus-tile-size").value).toBe("200");
});

test("a size that the browser can't have remembered is none", () => {
  localStorage.setItem("milvus_tile_size", "a lot");
  show(<Options patches={null} />);
  expect(chosen()).toBe(" 104");
});
