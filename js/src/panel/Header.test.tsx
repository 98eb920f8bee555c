import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { index, server } from "../test/data";
import { absent, at, show } from "../test/panel";
import { Header } from "./Header";

const on = { onIndex: vi.fn(), onRefresh: vi.fn() };
const props = { dataset: "animals", index, indexes: [index], server, loading: false, ...on };
const refresh = () => screen.getByRole<HTMLButtonElement>("button", { name: "Refresh" });

test("it names the dataset, the index in use and the Milvus", () => {
  show(<Header {...props} />);
  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("animals");
  expect(at<HTMLSelectElement>("milvus-index-select").value).toBe("images");
  expect(at("milvus-server").textContent).toContain("3.2.2");
});

test("all is asked for again, once at a time", async () => {
  const { user, rerender } = show(<Header {...props} />);
  await user.click(refresh());
  expect(on.onRefresh).toHaveBeenCalledOnce();
  rerender(<Header {...props} loading />);
  expect(refresh().disabled).toBe(true);
});

test("before anything is known, it reserves the space", () => {
  const { container } = show(<Header {...props} index={undefined} server={null} loading />);
  expect([absent("milvus-index-select"), absent("milvus-server")]).toEqual([true, true]);
  expect(container.querySelector(".MuiSkeleton-root")).not.toBeNull();
});

test.each([
  ["http://other:19530", "http://other:19530"],
  ["embedded", "Embedded Milvus"],
])("it says where an index is that isn't on the Milvus in use: %s", (other_server, shown) => {
  show(<Header {...props} index={{ ...index, other_server }} />);
  expect(at("milvus-server").textContent).toBe(shown);
});
