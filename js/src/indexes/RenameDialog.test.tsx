import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { index } from "../test/data";
import { execute, notify } from "../test/fiftyone";
import { choose, indexes, succeed } from "../test/indexes";
import { PLUGIN, at, button } from "../test/panel";

test("Rename refuses a taken name as it is typed, and renames by the operator", async () => {
  succeed({ result: { message: "Renamed." } });
  const { user, onChanged } = indexes({ indexes: [index, { ...index, brain_key: "words" }] });
  await choose(user, "rename");
  await user.clear(at("milvus-new-key"));
  await user.type(at("milvus-new-key"), "words");
  expect(button().disabled).toBe(true);
  await user.type(at("milvus-new-key"), "_2{Enter}");
  expect(execute.mock.calls[0][0]).toEqual({
    uri: `${PLUGIN}/rename_index`,
    brain_key: "images",
    new_brain_key: "words_2",
  });
  await waitFor(() => expect(notify).toHaveBeenCalledWith({ msg: "Renamed.", variant: "success" }));
  expect(onChanged).toHaveBeenCalledTimes(1);
});
