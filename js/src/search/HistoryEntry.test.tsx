import { screen, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { show } from "../test/panel";
import { HistoryEntry } from "./HistoryEntry";

const onClick = vi.fn();
const onDelete = vi.fn();

test("a search is made again by a click, but not by what stands beside it", async () => {
  const { user } = show(
    <HistoryEntry icon="bookmark" label="birds" note="saved" name="milvus-saved" onClick={onClick}>
      <button onClick={onDelete}>Delete</button>
    </HistoryEntry>,
  );
  const entry = within(screen.getByRole("listitem"));
  await user.click(entry.getByRole("button", { name: "Delete" }));
  expect(onDelete).toHaveBeenCalledOnce();
  expect(onClick).not.toHaveBeenCalled();
  await user.click(entry.getByRole("button", { name: /birds\s*saved/ }));
  expect(onClick).toHaveBeenCalledOnce();
});
