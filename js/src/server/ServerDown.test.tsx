import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { details, overview, server } from "../test/data";
import { absent, answer, at } from "../test/panel";
import { openServerTab } from "../test/server";

test("a server that is down says what failed, what to check, and when it is tried again", async () => {
  const away = { ...server, kind: "server" as const, reachable: false, problem: "Nothing listens at db:19530." };
  const down = { ...details, server: away, embedded: null, collections: null, problem: away.problem };
  const { user } = await openServerTab({ overview: { ...overview, server: away }, server_details: down });
  expect(at("milvus-down").textContent).toContain("Nothing listens");
  expect(at("milvus-down").textContent).toContain("Retrying in");
  answer({ overview, server_details: details });
  await user.click(at("milvus-retry-now"));
  await waitFor(() => expect(absent("milvus-down")).toBe(true));
});
