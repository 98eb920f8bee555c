import { expect, test } from "vitest";
import { addressProblem } from "./address";

test.each(["", "embedded", "http://db:19530", "db", "https://x.zillizcloud.com"])("%s is fine", (uri) =>
  expect(addressProblem(uri)).toBeNull(),
);

test("what looks like a login is refused as it is typed", () => {
  expect(addressProblem("http://root:secret@db:19530")).toContain("Leave user and password out");
  expect(addressProblem("root@db")).toContain("Leave user and password out");
  expect(addressProblem("http://d b")).toContain("no spaces");
});
