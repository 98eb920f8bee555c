import { expect, test, vi } from "vitest";
import { absent, at, show } from "../test/panel";
import { NoIndex } from "./NoIndex";

const on = { onNew: vi.fn(), onImport: vi.fn(), onCopy: vi.fn() };
const others = [{ brain_key: "sim", backend: "sklearn" }];

test("an index can be built or imported where there is no other to copy", async () => {
  const { user } = show(<NoIndex others={[]} {...on} />);
  expect(at("milvus-empty").textContent).toContain("No index yet");
  expect(absent("milvus-copy")).toBe(true);
  await user.click(at("milvus-new-index"));
  await user.click(at("milvus-import"));
  expect(on.onNew).toHaveBeenCalledOnce();
  expect(on.onImport).toHaveBeenCalledOnce();
});

test("one of another backend can be copied", async () => {
  const { user } = show(<NoIndex others={others} {...on} />);
  expect(at("milvus-empty").textContent).toContain("No Milvus index yet");
  await user.click(at("milvus-copy"));
  expect(on.onCopy).toHaveBeenCalledOnce();
});
