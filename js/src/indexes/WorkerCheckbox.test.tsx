import { screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { show } from "../test/panel";
import { WorkerCheckbox } from "./WorkerCheckbox";

test.each([false, true])("a worker does it, or not (%s before)", async (checked) => {
  const onChange = vi.fn();
  const { user } = show(<WorkerCheckbox {...{ checked, onChange }} />);
  await user.click(screen.getByRole("checkbox", { name: "Run on a worker" }));
  expect(onChange.mock.calls).toEqual([[!checked]]);
});
