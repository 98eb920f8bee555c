import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { details, overview } from "../test/data";
import { absent, answer, at, button, callsOf } from "../test/panel";
import { openServerTab } from "../test/server";

test("the embedded one is stopped after a question, and nothing starts it again", async () => {
  const stopped = { ...details, server: null, embedded: { ...details.embedded, running: false } };
  const { user } = await openServerTab({ stop_embedded: {}, start_embedded: {} });
  await waitFor(() => at("milvus-stop"));
  await user.click(at("milvus-stop"));
  answer({ overview, server_details: stopped, stop_embedded: {}, start_embedded: {} });
  await user.click(button());
  await waitFor(() => at("milvus-start"));
  expect(at("milvus-facts").textContent).toContain("Stopped");
  expect(callsOf("overview")).toHaveLength(1);
  expect(absent("milvus-down")).toBe(true);
  answer({ overview: { ...overview }, server_details: details, start_embedded: {} });
  await user.click(at("milvus-start"));
  await waitFor(() => at("milvus-stop"));
  expect(callsOf("overview")).toHaveLength(2);
});
