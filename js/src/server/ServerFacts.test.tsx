import { expect, test } from "vitest";
import { details, server } from "../test/data";
import { at, show } from "../test/panel";
import { ServerFacts } from "./ServerFacts";

/** What each name stands beside. */
function facts() {
  const names = [...at("milvus-facts").querySelectorAll("dt")];
  return Object.fromEntries(names.map((name) => [name.textContent, name.nextElementSibling?.textContent]));
}

test("address, version, latency and what it supports are shown", () => {
  show(<ServerFacts server={{ ...server, kind: "server", address: "http://db:19530" }} details={{ ...details, database: "plants" }} />);
  expect(facts()).toEqual({
    Status: "http://db:19530 · 3.2.2",
    Address: "http://db:19530",
    Version: "3.2.2",
    Latency: "3.6 ms",
    Database: "plants",
    Supports: "FLATHNSW",
  });
});

test("what isn't known has no line; an embedded one has a folder, and no address", () => {
  show(<ServerFacts server={{ ...server, version: null, latency_ms: null }} details={null} />);
  expect(Object.keys(facts())).toEqual(["Status"]);
});

test("one that is stopped is only that", () => {
  show(<ServerFacts server={null} details={{ ...details, capabilities: null }} />);
  expect(facts()).toEqual({ Status: "Stopped" });
});
