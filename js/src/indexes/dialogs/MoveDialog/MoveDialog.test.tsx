import { expect, test } from "vitest";
import { execute } from "../../../test/fiftyone";
import { choose, indexes, succeed } from "../../../test/indexes";
import { at, button } from "../../../test/panel";

test("Move says what it will do, and takes no password", async () => {
  succeed();
  const { user } = indexes();
  await choose(user, "move");
  await user.type(at("milvus-move-uri"), "http://root:pw@db");
  expect(button().disabled).toBe(true);
  await user.clear(at("milvus-move-uri"));
  await user.type(at("milvus-move-uri"), "http://db:19530");
  expect(at("milvus-plan").textContent).toContain("Its 1,538 vectors will be copied to http://db:19530");
  await user.click(button());
  expect(execute.mock.calls[0][0]).toMatchObject({
    uri: "http://db:19530",
    brain_key: "pictures",
    panel_id: "panel-1",
  });
});
