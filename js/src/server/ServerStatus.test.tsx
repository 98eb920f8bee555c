import { expect, test } from "vitest";
import { server } from "../test/data";
import { at, show } from "../test/panel";
import { describe, ServerStatus } from "./ServerStatus";

test("names the embedded Milvus and its version", () => {
  show(<ServerStatus server={server} />);
  expect(at("milvus-server").textContent).toBe("Embedded Milvus · 3.2.2");
  expect(at("milvus-server-dot").getAttribute("aria-label")).toBe("reachable");
});

test("names a server that doesn't answer by its address", () => {
  show(<ServerStatus server={{ ...server, kind: "server", address: "http://db:19530", reachable: false }} />);
  expect(at("milvus-server").textContent).toBe("http://db:19530 · not reachable");
  expect(at("milvus-server-dot").getAttribute("aria-label")).toBe("not reachable");
});

test("the tooltip has the latency, or the problem", () => {
  expect(describe(server)).toBe("Milvus 3.2.2 answered in 4 ms");
  expect(describe({ ...server, latency_ms: null, version: null })).toBe("Milvus answers");
  expect(describe({ ...server, reachable: false, problem: "refused" })).toBe("refused");
});
