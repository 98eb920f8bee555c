import { waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { execute } from "../test/fiftyone";
import { choose, indexes, succeed } from "../test/indexes";
import { PLUGIN, absent, answer, at, button, callsOf } from "../test/panel";

test("Export writes the file that is named; a failure keeps what was typed", async () => {
  succeed({ errorMessage: "No such folder." });
  const { user } = indexes();
  await choose(user, "export");
  await user.selectOptions(at("milvus-export-to"), "A folder on the server");
  expect(at("milvus-confirm").textContent).toContain("in the export folder: /fiftyone/milvus-exports.");
  await user.type(at("milvus-export-path"), "x.parquet");
  await user.click(at("milvus-export-overwrite"));
  await user.click(button());
  expect(execute.mock.calls[0][0]).toMatchObject({
    uri: `${PLUGIN}/export_index`,
    path: "x.parquet",
    overwrite: true,
  });
  expect(at("milvus-confirm").textContent).toContain("No such folder.");
  expect(at<HTMLInputElement>("milvus-export-path").value).toBe("x.parquet");
});

const begin_transfer = { token: "t1", part_bytes: 4, max_bytes: 100 };

/** Someone who downloads an export. */
async function downloads(answers: object) {
  const saved = vi.fn();
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    saved(this.download);
  });
  URL.createObjectURL = vi.fn(() => "blob:there");
  answer({ begin_transfer, end_transfer: {}, ...answers });
  succeed();
  const { user } = indexes();
  await choose(user, "export");
  await user.click(button());
  return { user, saved };
}

test("Export downloads what was exported, part by part", async () => {
  const parts = [{ data: btoa("PAR1"), size: 6 }, { data: btoa("xy"), size: 6 }];
  const { saved } = await downloads({ download_part: () => parts.shift() });
  await waitFor(() => expect(saved).toHaveBeenCalledWith("images.parquet"));
  expect(execute.mock.calls[0][0]).toMatchObject({ uri: `${PLUGIN}/export_index`, brain_key: "images", transfer: "t1" });
  expect(callsOf("download_part")).toEqual([{ token: "t1", start: 0 }, { token: "t1", start: 4 }]);
  await waitFor(() => expect(callsOf("end_transfer")).toEqual([{ token: "t1" }]));
  expect(absent("milvus-confirm")).toBe(true);
});

test("a download is stopped by Cancel, and nothing is saved", async () => {
  const ends: (() => void)[] = [];
  const { user, saved } = await downloads({
    download_part: ({ start }: { start: number }) =>
      start === 0
        ? { data: btoa("PAR1"), size: 6 }
        : new Promise((resolve) => ends.push(() => resolve({ data: btoa("xy"), size: 6 }))),
  });
  await waitFor(() => expect(ends).toHaveLength(1));
  expect(at("milvus-transfer").textContent).toBe("4 bytes of 6 bytes");
  await user.click(at("milvus-confirm-cancel"));
  ends[0]();
  await waitFor(() => expect(callsOf("end_transfer")).toEqual([{ token: "t1" }]));
  expect(saved).not.toHaveBeenCalled();
});

test("an export that was cancelled is not downloaded", async () => {
  const { saved } = await downloads({ download_part: { data: "", size: 0 } });
  await waitFor(() => expect(absent("milvus-confirm")).toBe(true));
  expect(saved).not.toHaveBeenCalled();
});
