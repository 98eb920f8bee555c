import { expect, test } from "vitest";
import { execute } from "../test/fiftyone";
import { indexes, succeed } from "../test/indexes";
import { PLUGIN, at } from "../test/panel";

const others = [
  { brain_key: "sim", backend: "sklearn" },
  { brain_key: "other", backend: "qdrant" },
];

test("an index of another backend is copied under a name made from its own", async () => {
  succeed();
  const { user } = indexes({ indexes: [], others });
  await user.click(at("milvus-copy"));
  await user.selectOptions(at("milvus-copy-from"), "other (qdrant)");
  await user.click(at("milvus-confirm-button"));
  expect(execute.mock.calls[0][0]).toMatchObject({
    uri: `${PLUGIN}/copy_index`,
    from_key: "other",
    brain_key: "other_milvus",
  });
});

test("a name that is taken is refused, also by what is copied", async () => {
  const { user } = indexes({ others });
  await user.click(at("milvus-copy"));
  for (const key of ["images", "other"]) {
    await user.clear(at("milvus-copy-key"));
    await user.type(at("milvus-copy-key"), key);
    expect(at("milvus-confirm").textContent).toContain(`${key} is taken`);
    expect(at<HTMLButtonElement>("milvus-confirm-button").disabled).toBe(true);
  }
});

test("why it failed is shown in the dialog", async () => {
  succeed({ errorMessage: "It has no vectors." });
  const { user } = indexes({ others });
  await user.click(at("milvus-copy"));
  await user.click(at("milvus-confirm-button"));
  expect(at("milvus-confirm").textContent).toContain("It has no vectors.");
});
