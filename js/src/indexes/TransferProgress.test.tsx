import { expect, test } from "vitest";
import { at, show } from "../test/panel";
import { TransferProgress } from "./TransferProgress";

test("it says how much of the file is there", () => {
  show(<TransferProgress progress={{ done: 5_000_000, all: 20_000_000 }} />);
  expect(at("milvus-transfer").textContent).toBe("5 MB of 20 MB");
  expect(document.querySelector("[role=progressbar]")?.getAttribute("aria-valuenow")).toBe("25");
});
