import { expect, test } from "vitest";
import { index } from "../test/data";
import { execute } from "../test/fiftyone";
import { choose, indexes, succeed } from "../test/indexes";
import { absent, at, button } from "../test/panel";
import { addressProblem } from "./MoveDialog";

const FAR = { uri: "https://far:443", label: "far (https://far:443)" };
const EMBEDDED = { uri: "embedded", label: "Embedded Milvus" };

async function moving(destinations = [EMBEDDED], props: { indexes?: object[]; problem?: string } = {}) {
  succeed();
  const { problem = null, ...rest } = props;
  const shown = indexes({ move: { destinations, problem }, ...rest });
  await choose(shown.user, "move");
  return shown;
}

const destination = () => at<HTMLSelectElement>("milvus-move-destination");

test("Move says what it will do, and takes no password", async () => {
  const { user } = await moving();
  await user.type(at("milvus-move-uri"), "http://root:pw@db");
  expect(button().disabled).toBe(true);
  await user.clear(at("milvus-move-uri"));
  await user.type(at("milvus-move-uri"), "http://db:19530");
  expect(at("milvus-plan").textContent).toContain("Its 1,538 vectors will be copied to http://db:19530");
  await user.click(button());
  expect(execute.mock.calls[0][0]).toMatchObject({
    uri: "http://db:19530",
    brain_key: "images",
    panel_id: "panel-1",
  });
});

test("a server that is listed is chosen by its name, and gets no typed address", async () => {
  const { user } = await moving([FAR, EMBEDDED]);
  // where the index is it needn't go
  expect([...destination().options].map(({ text }) => text)).toEqual([FAR.label, "Another address"]);
  expect(absent("milvus-move-uri")).toBe(true);
  await user.type(at("milvus-move-database"), "plants");
  await user.click(button());
  expect(execute.mock.calls[0][0]).toMatchObject({ uri: FAR.uri, db_name: "plants" });
});

test("an address that is typed is said to be used without credentials", async () => {
  const { user } = await moving([FAR]);
  await user.selectOptions(destination(), "Another address");
  expect(at("milvus-confirm").textContent).toContain("No credentials are sent to this address");
  expect(button().disabled).toBe(true);
  await user.type(at("milvus-move-uri"), "db");
  await user.click(button());
  expect(execute.mock.calls[0][0]).toMatchObject({ uri: "db" });
});

test("an index on a server can be moved to the embedded Milvus, which has no databases", async () => {
  const { user } = await moving([EMBEDDED], { indexes: [{ ...index, other_server: "http://db:19530" }] });
  expect(absent("milvus-move-database")).toBe(true);
  expect(at("milvus-plan").textContent).toContain("copied to the embedded Milvus");
  await user.click(button());
  expect(execute.mock.calls[0][0]).toMatchObject({ uri: "embedded" });
});

test("a list of servers that can't be read says so, and an address can be typed", async () => {
  await moving([], { problem: "servers.json is no list of servers." });
  expect(at("milvus-confirm").textContent).toContain("servers.json is no list");
  at("milvus-move-uri");
});

test.each(["", "embedded", "http://db:19530", "db", "https://x.zillizcloud.com"])("%s is fine", (uri) =>
  expect(addressProblem(uri)).toBeNull(),
);

test("what looks like a login is refused as it is typed", () => {
  expect(addressProblem("http://root:secret@db:19530")).toContain("Remove the user and password");
  expect(addressProblem("root@db")).toContain("Remove the user and password");
  expect(addressProblem("http://d b")).toContain("no spaces");
});
