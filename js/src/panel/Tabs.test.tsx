import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { at, show } from "../test/panel";
import { TabBar, TabContents } from "./Tabs";

const onChange = vi.fn();

test("there is a tab for each place, and one of them is chosen", () => {
  show(<TabBar place="indexes" onChange={onChange} />);
  expect(screen.getAllByRole("tab").map(({ textContent }) => textContent)).toEqual(["Search", "Indexes", "Server"]);
  expect(screen.getByRole("tab", { selected: true }).textContent).toBe("Indexes");
});

test("a click goes to a place, and so does an arrow key", async () => {
  const { user } = show(<TabBar place="indexes" onChange={onChange} />);
  await user.click(screen.getByRole("tab", { name: "Server" }));
  expect(onChange).toHaveBeenLastCalledWith("server");
  screen.getByRole("tab", { name: "Indexes" }).focus();
  await user.keyboard("{ArrowLeft}");
  expect(onChange).toHaveBeenLastCalledWith("search");
});

const contents = (place: "search" | "server") => (
  <TabContents place={place}>
    <p>What is there</p>
  </TabContents>
);

test("the place's contents are shown, and nothing is kept of the others", () => {
  const { rerender } = show(contents("search"));
  expect(screen.getAllByRole("tabpanel")).toEqual([at("milvus-contents-search")]);
  expect(screen.getAllByText("What is there")).toHaveLength(1);
  expect(at("milvus-contents-server").childElementCount).toBe(0);
  rerender(contents("server"));
  expect(screen.getAllByRole("tabpanel")).toEqual([at("milvus-contents-server")]);
  expect(at("milvus-contents-search").childElementCount).toBe(0);
});
