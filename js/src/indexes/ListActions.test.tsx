import { expect, test, vi } from "vitest";
import { absent, at, show } from "../test/panel";
import { ListActions } from "./ListActions";

test("each button does what it says, and copying is offered where it is possible", async () => {
  const on = { onNew: vi.fn(), onImport: vi.fn(), onCopy: vi.fn() };
  const { user, rerender } = show(<ListActions {...on} />);
  for (const name of ["new-index", "import", "copy"]) await user.click(at(`milvus-${name}`));
  for (const called of Object.values(on)) expect(called).toHaveBeenCalledOnce();
  rerender(<ListActions {...on} onCopy={null} />);
  expect(absent("milvus-copy")).toBe(true);
});
