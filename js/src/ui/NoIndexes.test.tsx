import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { at, show } from "../test/panel";
import { NoIndexes } from "./NoIndexes";

test("it says what an index is for, and how to get one", () => {
  show(
    <NoIndexes name="none" title="No index yet" others={[]} onCopy={vi.fn()}>
      <button>New index</button>
    </NoIndexes>,
  );
  expect(screen.getByRole("heading", { name: "No index yet" })).not.toBeNull();
  expect(at("none").textContent).toMatch(/^No index yetA Milvus index stores an embedding/);
  expect(at("none").contains(screen.getByRole("button", { name: "New index" }))).toBe(true);
});

test("indexes of other backends are named, and who uses them", () => {
  const sklearn = { brain_key: "sklearn_sim", backend: "sklearn" };
  const shown = { name: "none", title: "x", onCopy: vi.fn(), children: null };
  const { rerender } = show(<NoIndexes {...shown} others={[sklearn]} />);
  expect(at("none").textContent).toContain("another similarity index: sklearn_sim (sklearn).");
  const qdrant = { brain_key: "q", backend: "qdrant" };
  expect(at("milvus-copy").textContent).toBe("Make it searchable here");
  rerender(<NoIndexes {...shown} others={[sklearn, qdrant]} />);
  expect(at("milvus-copy").textContent).toBe("Make one of them searchable here");
  expect(at("none").textContent).toContain("other similarity indexes: sklearn_sim (sklearn), q (qdrant).");
});
