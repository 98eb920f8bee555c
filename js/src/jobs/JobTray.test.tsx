import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { show } from "../test/panel";
import { JobTray } from "./JobTray";

test("jobs are in a region of their own, with a line between each two", () => {
  show(
    <JobTray>
      <p>one</p>
      <p>two</p>
    </JobTray>,
  );
  const tray = screen.getByRole("region", { name: "Jobs" });
  expect(tray.textContent).toBe("onetwo");
  expect(tray.querySelectorAll("hr")).toHaveLength(1);
});
