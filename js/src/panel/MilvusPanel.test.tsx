import { act, cleanup, render, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { RecoilRoot, useSetRecoilState } from "recoil";
import { expect, test } from "vitest";
import { form, index, job, overview, server } from "../test/data";
import { dataset, datasetName, execute, registerComponent, usePanelContext } from "../test/fiftyone";
import { absent, answer, at, callsOf, go, URIS } from "../test/panel";
import { MilvusPanel } from "./MilvusPanel";

function App() {
  const open = useSetRecoilState(datasetName);
  const learn = useSetRecoilState(dataset);
  return (
    <>
      <button data-cy="open-plants" onClick={() => open("plants")} />
      <button data-cy="run-elsewhere" onClick={() => learn({ brainMethods: [{ key: "new" }] })} />
      <button data-cy="open-nothing" onClick={() => open(null)} />
      <MilvusPanel data={{}} schema={{ view: URIS }} />
    </>
  );
}

function show() {
  render(<App />, { wrapper: RecoilRoot });
  return userEvent.setup();
}

test("the bundle's entry registers the component that Python names", async () => {
  await import("../index");
  expect(registerComponent.mock.calls[0][0].name).toBe("MilvusPanel");
});

test("in FiftyOne's modal it is about what is open there", () => {
  usePanelContext.mockReturnValue({ scope: "modal" });
  show();
  usePanelContext.mockReturnValue({ scope: "grid" });
  at("milvus-no-search");
});

test("the first paint has the dataset and a skeleton", async () => {
  answer({ overview });
  show();
  expect(at("milvus-dataset").textContent).toBe("animals");
  at("milvus-loading");
  await waitFor(() => at("milvus-query"));
  expect(absent("milvus-loading")).toBe(true);
});

test("what came with the panel is shown without asking, unless it is of another dataset", async () => {
  answer({ overview, first_overview: { ...overview, indexes: [] } });
  const first = { ...overview, server: null };
  render(<MilvusPanel data={{ first_overview: first }} schema={{ view: URIS }} />, { wrapper: RecoilRoot });
  await waitFor(() => at("milvus-query"));
  expect(callsOf("first_overview")).toHaveLength(0);
  await waitFor(() => expect(callsOf("overview")).toHaveLength(1));
  cleanup();
  const other = { ...first, dataset: { name: "plants", samples: null } };
  render(<MilvusPanel data={{ first_overview: other }} schema={{ view: URIS }} />, { wrapper: RecoilRoot });
  await waitFor(() => expect(callsOf("first_overview")).toHaveLength(1));
});

test("another dataset fetches another overview", async () => {
  answer({ overview });
  const user = show();
  await go(user, "indexes");
  await waitFor(() => at("milvus-index-images"));
  answer({ overview: { ...overview, indexes: [] } });
  await user.click(at("open-plants"));
  expect(absent("milvus-index-images")).toBe(true);
  await waitFor(() => at("milvus-empty"));
  expect(at("milvus-dataset").textContent).toBe("plants");
});

test("a run that was made elsewhere in the App is fetched", async () => {
  answer({ overview: { ...overview, indexes: [] } });
  const user = show();
  await go(user, "indexes");
  await waitFor(() => at("milvus-empty"));
  answer({ overview });
  await user.click(at("run-elsewhere"));
  await waitFor(() => at("milvus-index-images"));
  expect(callsOf("overview")).toHaveLength(2);
});

test("without a dataset the panel says what to do", async () => {
  const user = show();
  await user.click(at("open-nothing"));
  at("milvus-no-dataset");
});

test("an unreachable Milvus has a message and a retry, and the rest stays", async () => {
  const away = { ...server, reachable: false, problem: "Nothing listens at db:19530." };
  answer({ overview: { ...overview, server: away } });
  const user = show();
  await waitFor(() => expect(at("milvus-problem").textContent).toContain("Nothing listens"));
  at("milvus-query");
  answer({ overview });
  await user.click(at("milvus-retry"));
  await waitFor(() => expect(absent("milvus-problem")).toBe(true));
});

test("an overview that fails is shown, and can be had again", async () => {
  answer({ overview: { error: { code: "x", message: "No such dataset." } } });
  const user = show();
  await waitFor(() => expect(at("milvus-problem").textContent).toContain("No such dataset."));
  answer({ overview });
  await user.click(at("milvus-retry"));
  await waitFor(() => at("milvus-query"));
});

test("refresh fetches again and keeps what is shown meanwhile", async () => {
  answer({ overview });
  const user = show();
  await go(user, "indexes");
  await waitFor(() => at("milvus-index-images"));
  await user.click(at("milvus-refresh"));
  at("milvus-index-images");
  await waitFor(() => expect(callsOf("overview")).toHaveLength(2));
});

/** A person who makes an index. */
async function builds() {
  const user = show();
  await go(user, "indexes");
  await waitFor(() => at("milvus-new-index"));
  await user.click(at("milvus-new-index"));
  await waitFor(() => at("milvus-brain-key"));
  await user.click(at("milvus-build"));
  return user;
}

test("the form opens from the button, and the job takes its place", async () => {
  answer({ overview: { ...overview, indexes: [] }, form, jobs: { jobs: [] } });
  await builds();
  at("milvus-form");

  const running = { ...job, brain_key: "milvus" };
  answer({ overview, form, jobs: { jobs: [running] } });
  await waitFor(() => at("milvus-job"), { timeout: 3000 });
  expect(absent("milvus-form")).toBe(true);

  const done = { ...overview, jobs: [{ ...running, state: "done" }], indexes: [{ ...index, brain_key: "milvus" }] };
  answer({ overview: done, form });
  await act(async () => execute.mock.calls[0][1].callback({ result: {} }));
  await waitFor(() => at("milvus-index-milvus"));
  expect(at("milvus-job").dataset.state).toBe("done");
  expect(absent("milvus-form")).toBe(true);
});

test("a build that fails brings the form back with its message", async () => {
  answer({ overview, form });
  const user = await builds();
  await act(async () => execute.mock.calls[0][1].callback({ errorMessage: "Milvus went away." }));
  expect(at("milvus-problem").textContent).toContain("Milvus went away.");
  await user.click(at("milvus-form-cancel"));
  expect(absent("milvus-form")).toBe(true);
  at("milvus-new-index");
});
