import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { useLongJob } from "../api/useLongJob";
import { form } from "../test/data";
import { execute, selectedSamples } from "../test/fiftyone";
import { absent, answer, at, callsOf, show } from "../test/panel";
import { IndexForm } from "./IndexForm";

const onEnd = vi.fn();
const onClose = vi.fn();

function WithBuild() {
  return <IndexForm dataset="animals" build={useLongJob("compute_index", onEnd)} onClose={onClose} />;
}

async function opened(answers: object = form, selected: string[] = []) {
  answer({ form: answers });
  const shown = show(<WithBuild />, ({ set }) =>
    set(selectedSamples, new Map(selected.map((id) => [id, "default"]))),
  );
  await waitFor(() => at("milvus-brain-key"));
  return shown;
}

const build = () => at<HTMLButtonElement>("milvus-build");

test("a taken brain key is refused as it is typed, without asking Python", async () => {
  const { user } = await opened();
  await user.clear(at("milvus-brain-key"));
  await user.type(at("milvus-brain-key"), "words");
  expect(screen.getByText("words is taken: choose another name.")).toBeTruthy();
  expect(build().disabled).toBe(true);
  await user.type(at("milvus-brain-key"), "_2");
  expect(screen.queryByText(/is taken/)).toBeNull();
  expect(build().disabled).toBe(false);
  expect(callsOf("form")).toHaveLength(1);
});

test("Build runs the operator here and now", async () => {
  const { user } = await opened();
  await user.click(build());
  const [params, options] = execute.mock.calls[0];
  expect(params).toMatchObject({
    uri: "@milvus/vector-search/compute_index",
    brain_key: "milvus",
    panel_id: "panel-1",
    source: "model",
    model: "clip",
  });
  expect(options.requestDelegation).toBe(false);
  expect(build().textContent).toBe("Building…");
  expect(build().disabled).toBe(true);
});

test("Run on a worker asks for delegation", async () => {
  const { user } = await opened();
  await user.click(at("milvus-delegate"));
  await user.click(build());
  expect(execute.mock.calls[0][1].requestDelegation).toBe(true);
});

test("a worker isn't offered where there can be none", async () => {
  await opened({ ...form, can_delegate: false });
  expect(absent("milvus-delegate")).toBe(true);
});

test("an operator's error is a sentence in the form", async () => {
  execute.mockImplementation((_, { callback }) =>
    callback({ error: "Traceback\nValueError: x", errorMessage: "The model can't be loaded." }),
  );
  const { user } = await opened();
  await user.click(build());
  expect(at("milvus-problem").textContent).toContain("The model can't be loaded.");
  expect(onEnd).toHaveBeenLastCalledWith(false);
  expect(build().disabled).toBe(false);
});

test("a build that the person stopped ends without a message", async () => {
  const errorMessage = "fiftyone_milvus.errors.Cancelled: Stopped at 16 of 60 samples.";
  execute.mockImplementation((_, { callback }) => callback({ errorMessage }));
  const { user } = await opened();
  await user.click(build());
  expect(onEnd).toHaveBeenLastCalledWith(true);
  expect(absent("milvus-problem")).toBe(true);
});

test("a build that went well ends without a message", async () => {
  execute.mockImplementation((_, { callback }) => callback({ result: {}, delegated: true }));
  const { user } = await opened();
  await user.click(build());
  expect(onEnd).toHaveBeenLastCalledWith(true);
  expect(absent("milvus-problem")).toBe(true);
});

test("the targets have their counts, the selection's from the grid", async () => {
  await opened(form, ["a", "b"]);
  const labels = [...at<HTMLSelectElement>("milvus-scope").options].map((option) => option.textContent);
  expect(labels).toEqual(["Dataset (1,538)", "Current view (20)", "Selected (2)"]);
});

test("an embeddings field is chosen among those that fit", async () => {
  const { user } = await opened();
  await user.selectOptions(at("milvus-patches-field"), "ground_truth");
  await user.selectOptions(at("milvus-source"), "field");
  expect(at<HTMLSelectElement>("milvus-embeddings-field").value).toBe("ground_truth.vectors");
  await user.click(build());
  expect(execute.mock.calls[0][0]).toMatchObject({
    patches_field: "ground_truth",
    embeddings_field: "ground_truth.vectors",
  });
});

test("models are searched by name and say which embed text", async () => {
  const { user } = await opened();
  await user.clear(at("milvus-model"));
  await user.type(at("milvus-model"), "cl");
  const options = screen.getAllByRole("option").filter((option) => option.tagName === "LI");
  expect(options.map((option) => option.textContent)).toEqual(["cliptext354 MB · MIT · images and textImages and text"]);
});

test("the consistency level hides under More", async () => {
  const { user } = await opened();
  expect(at("milvus-more").getAttribute("aria-expanded")).toBe("false");
  await user.click(at("milvus-more"));
  await user.selectOptions(at("milvus-consistency"), "Strong");
  await user.click(build());
  expect(execute.mock.calls[0][0]).toMatchObject({ consistency_level: "Strong" });
});

test("what was typed is still there when the form opens again", async () => {
  const { user, unmount } = await opened();
  await user.type(at("milvus-brain-key"), "_typed");
  unmount();
  await opened();
  expect(at<HTMLInputElement>("milvus-brain-key").value).toBe("milvus_typed");
});

test("a form that can't be had can be asked for again", async () => {
  answer({ form: { error: { code: "x", message: "The dataset is gone." } } });
  const { user } = show(<WithBuild />);
  await waitFor(() => expect(at("milvus-problem").textContent).toContain("The dataset is gone."));
  answer({ form });
  await user.click(at("milvus-retry"));
  await waitFor(() => at("milvus-brain-key"));
});
