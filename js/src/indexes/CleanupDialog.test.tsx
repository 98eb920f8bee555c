import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { notify } from "../test/fiftyone";
import { choose, indexes } from "../test/indexes";
import { absent, answer, at, button, callsOf } from "../test/panel";

const PLAN = { message: "Drops images_1 with 1,538 vectors." };

test("the dialog shows the plan before anything is deleted", async () => {
  answer({ cleanup_plan: PLAN });
  const { user } = indexes();
  await choose(user, "cleanup");
  await waitFor(() => expect(at("milvus-confirm").textContent).toContain(PLAN.message));
  expect(callsOf("cleanup_plan")).toEqual([{ brain_key: "images" }]);
  await user.click(at("milvus-confirm-cancel"));
  await waitFor(() => expect(absent("milvus-confirm")).toBe(true));
  expect(callsOf("cleanup")).toHaveLength(0);
});

test("nothing can be confirmed before the plan is known", async () => {
  answer({ cleanup_plan: () => new Promise(() => undefined) });
  const { user } = indexes();
  await choose(user, "cleanup");
  expect(button().disabled).toBe(true);
});

test("confirming cleans up, tells, and fetches again", async () => {
  let finish: (value: unknown) => void = () => undefined;
  answer({ cleanup_plan: PLAN, cleanup: () => new Promise((resolve) => (finish = resolve)) });
  const { user, onChanged } = indexes();
  await choose(user, "cleanup");
  await waitFor(() => expect(button().disabled).toBe(false));
  await user.click(button());
  expect(button().disabled).toBe(true);
  expect(at<HTMLButtonElement>("milvus-confirm-cancel").disabled).toBe(true);
  finish({ message: "Dropped." });
  await waitFor(() => expect(absent("milvus-confirm")).toBe(true));
  expect(callsOf("cleanup")).toEqual([{ brain_key: "images" }]);
  expect(notify).toHaveBeenCalledWith({ msg: "Dropped.", variant: "success" });
  expect(onChanged).toHaveBeenCalled();
});

test("a failed clean-up is shown in the dialog, which stays", async () => {
  answer({ cleanup_plan: PLAN, cleanup: { error: { code: "unmanaged", message: "Not yours." } } });
  const { user, onChanged } = indexes();
  await choose(user, "cleanup");
  await waitFor(() => expect(button().disabled).toBe(false));
  await user.click(button());
  await waitFor(() => expect(at("milvus-confirm").textContent).toContain("Not yours."));
  expect(button().disabled).toBe(false);
  expect(onChanged).not.toHaveBeenCalled();
});

test("a plan that can't be made can be asked for again", async () => {
  answer({ cleanup_plan: { error: { code: "no_server", message: "Milvus is away." } } });
  const { user } = indexes();
  await choose(user, "cleanup");
  await waitFor(() => expect(at("milvus-confirm").textContent).toContain("Milvus is away."));
  expect(button().disabled).toBe(true);
  answer({ cleanup_plan: PLAN });
  await user.click(at("milvus-retry"));
  await waitFor(() => expect(button().disabled).toBe(false));
});
