import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { at, show } from "../test/panel";
import { TabBar, TabContents } from "./Tabs";

const onChange = vi.fn();

test("there are four tabs, and one of them is open", () => {
  show(<TabBar tab="indexes" onChange={onChange} />);
  expect(screen.getAllByRole("tab").map(({ textContent }) => textContent)).toEqual(["Search", "Find", "Indexes", "Server"]);
  expect(screen.getByRole("tab", { selected: true }).textContent).toBe("Indexes");
});

test("a click opens a tab, and so does an arrow key", async () => {
  const { user } = show(<TabBar tab="indexes" onChange={onChange} />);
  await user.click(screen.getByRole("tab", { name: "Server" }));
  expect(onChange).toHaveBeenLastCalledWith("server");
  screen.getByRole("tab", { name: "Indexes" }).focus();
  await user.keyboard("{ArrowLeft}");
  expect(onChange).toHaveBeenLastCalledWith("find");
});

const contents = (tab: "search" | "server") => (
  <TabContents tab={tab}>
    <p>What is there</p>
  </TabContents>
);

test("the open tab's contents are shown, and the others are empty", () => {
  const { rerender } = show(contents("search"));
  expect(screen.getAllByRole("tabpanel")).toEqual([at("milvus-contents-search")]);
  expect(screen.getAllByText("What is there")).toHaveLength(1);
  expect(at("milvus-contents-server").childElementCount).toBe(0);
  rerender(contents("server"));
  expect(screen.getAllByRole("tabpanel")).toEqual([at("milvus-contents-server")]);
  expect(at("milvus-contents-search").childElementCount).toBe(0);
});
