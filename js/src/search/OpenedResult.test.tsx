import { waitFor } from "@testing-library/react";
import { useSetRecoilState } from "recoil";
import { expect, test } from "vitest";
import { index, result, searchResult } from "../test/data";
import { executed, nullableModalSampleId } from "../test/fiftyone";
import { absent, answer, at, callsOf, show } from "../test/panel";
import { searchTab } from "../test/search";
import { OpenedResult } from "./OpenedResult";

const chip = { key: "b", term: { id: "b" }, media: null };
const opened = { ...result, id: "b", rank: 2, score: 0.5, notes: ["matching object: 0.500"] };

function Modal() {
  const open = useSetRecoilState(nullableModalSampleId);
  return (
    <>
      {["b", "z"].map((id) => (
        <button key={id} data-cy={`open-${id}`} onClick={() => open(id)} />
      ))}
      <OpenedResult />
    </>
  );
}

const both = (
  <>
    {searchTab()}
    <Modal />
  </>
);

test("without a search it says where to search", () => {
  show(<Modal />, ({ set }) => set(nullableModalSampleId, "a"));
  expect(at("milvus-no-search").textContent).toContain("Search in the Milvus panel");
});

test("what is open has its rank and why it is a result, or isn't among them", async () => {
  answer({
    search: searchResult,
    opened_item: ({ id }: { id: string }) => ({ chip, result: id === "b" ? opened : null }),
  });
  const { user } = show(both);
  await user.type(at("milvus-query"), "a bird{Enter}");
  await user.click(at("open-b"));
  await waitFor(() => expect(at("milvus-opened-rank").textContent).toBe("Result 2 of 538"));
  expect(at("milvus-why").textContent).toContain("matching object: 0.500");
  expect(callsOf("opened_item")).toEqual([{ token: "token-1", brain_key: index.brain_key, id: "b" }]);
  await user.click(at("open-z"));
  await waitFor(() => expect(at("milvus-opened-rank").textContent).toBe("Not among the 538 results"));
  expect(absent("milvus-why")).toBe(true);
});

test("Find similar searches with it alone, and closes the modal", async () => {
  answer({ search: searchResult, opened_item: { chip, result: opened } });
  const { user } = show(both);
  await user.type(at("milvus-query"), "a bird{Enter}");
  await user.click(at("open-b"));
  await waitFor(() => at("milvus-find-similar"));
  await user.click(at("milvus-find-similar"));
  expect(callsOf("search")[1]).toMatchObject({ query: { terms: [{ id: "b" }] } });
  expect(executed).toHaveBeenCalledWith("@voxel51/operators/close_sample", undefined);
});
