import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { at, show } from "../../test/panel";
import { Contents } from "./Contents";

const contents = (place: "search" | "server") => (
  <Contents place={place}>
    <p>What is there</p>
  </Contents>
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
