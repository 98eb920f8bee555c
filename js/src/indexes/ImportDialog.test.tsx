import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { execute } from "../test/fiftyone";
import { indexes, succeed } from "../test/indexes";
import { PLUGIN, absent, answer, at, button, callsOf } from "../test/panel";

test("an exported index can be imported where there is none", async () => {
  succeed();
  const { user } = indexes({ indexes: [] });
  await user.click(at("milvus-import"));
  await user.selectOptions(at("milvus-import-from"), "A folder on the server");
  await user.type(at("milvus-import-path"), "x.parquet{Enter}");
  expect(execute.mock.calls[0][0]).toMatchObject({
    uri: `${PLUGIN}/import_index`,
    brain_key: "imported",
    path: "x.parquet",
  });
});

const begin_transfer = { token: "t1", part_bytes: 4, max_bytes: 8 };

/** Someone who uploads a file. */
async function uploads(text: string, answers: object = {}) {
  const upload_part = ({ start, data }: { start: number; data: string }) => ({ size: start + atob(data).length });
  answer({ begin_transfer, upload_part, end_transfer: {}, ...answers });
  succeed();
  const { user } = indexes({ indexes: [] });
  await user.click(at("milvus-import"));
  expect(button().disabled).toBe(true);
  await user.upload(at<HTMLInputElement>("milvus-import-file"), new File([text], "mine.parquet"));
  expect(at("milvus-chosen-file").textContent).toContain("mine.parquet");
  await user.click(button());
  return user;
}

test("a file of this computer is uploaded part by part, and imported", async () => {
  await uploads("PAR1xy");
  await waitFor(() => expect(execute).toHaveBeenCalled());
  expect(callsOf("upload_part")).toEqual([
    { token: "t1", start: 0, data: btoa("PAR1") },
    { token: "t1", start: 4, data: btoa("xy") },
  ]);
  expect(execute.mock.calls[0][0]).toMatchObject({ uri: `${PLUGIN}/import_index`, brain_key: "imported", transfer: "t1" });
  await waitFor(() => expect(absent("milvus-confirm")).toBe(true));
});

test.each([
  ["too large", "PAR1PAR1x", "mine.parquet is larger than 8 bytes."],
  ["empty", "", "mine.parquet is empty."],
])("a file that is %s is not sent", async (_, text, said) => {
  await uploads(text);
  await waitFor(() => expect(at("milvus-problem").textContent).toContain(said));
  expect(callsOf("upload_part")).toEqual([]);
  expect(callsOf("end_transfer")).toEqual([{ token: "t1" }]);
  expect(execute).not.toHaveBeenCalled();
});

test("an upload is stopped by Cancel", async () => {
  const ends: (() => void)[] = [];
  const slowly = ({ start }: { start: number }) =>
    new Promise((resolve) => ends.push(() => resolve({ size: start + 4 })));
  const user = await uploads("PAR1PAR1", { upload_part: slowly });
  await waitFor(() => expect(ends).toHaveLength(1));
  ends[0]();
  await waitFor(() => expect(ends).toHaveLength(2));
  expect(at("milvus-transfer").textContent).toBe("4 bytes of 8 bytes");
  await user.click(at("milvus-confirm-cancel"));
  ends[1]();
  await waitFor(() => expect(callsOf("end_transfer")).toEqual([{ token: "t1" }]));
  expect(execute).not.toHaveBeenCalled();
  expect(absent("milvus-confirm")).toBe(false);
});
