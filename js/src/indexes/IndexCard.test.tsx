import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { index } from "../test/data";
import { absent, at, show } from "../test/panel";
import { IndexCard } from "./IndexCard";

const props = { counting: false, busy: false, onDialog: vi.fn(), onCheck: vi.fn(), onMap: vi.fn(), onResume: vi.fn() };

test("a card tells what is indexed, by what, how many and when", () => {
  show(<IndexCard index={index} {...props} />);
  const text = at("milvus-index-images").textContent;
  for (const part of ["images", "samples", "clip", "cosine", "2025"]) expect(text).toContain(part);
  expect(at("milvus-size").textContent).toBe("1,538 vectors");
  expect(absent("milvus-index-problem")).toBe(true);
});

test("until it is counted a card says so, and nothing that isn't known", () => {
  show(<IndexCard index={{ ...index, size: null, owned: false }} {...props} counting />);
  expect(at("milvus-size").textContent).toBe("Counting vectors");
  expect(at("milvus-index-images").textContent).not.toContain("unmanaged");
});

test("a problem is a warning and an unknown size is said so", () => {
  show(<IndexCard index={{ ...index, size: null, problem: "Its collection is gone." }} {...props} />);
  expect(screen.getByRole("alert").textContent).toBe("Its collection is gone.");
  expect(at("milvus-size").textContent).toBe("Size unknown");
});

test("the card says where credentials are not sent", () => {
  const credentials_warning = "Asked without credentials: they are configured for http://db:19530.";
  show(<IndexCard index={{ ...index, other_server: "http://other:19530", credentials_warning }} {...props} />);
  expect(at("milvus-credentials-warning").textContent).toBe(credentials_warning);
});

test("an index of patches from a field names both", () => {
  const patches = { ...index, patches_field: "ground_truth", model: null, embeddings_field: "vectors" };
  show(<IndexCard index={patches} {...props} />);
  const text = at("milvus-index-images").textContent;
  expect(text).toContain("ground_truth");
  expect(text).toContain("vectors");
});

test("an index whose build was stopped says so, and can go on", async () => {
  const { user } = show(<IndexCard index={{ ...index, partial: true }} {...props} />);
  expect(at("milvus-index-images").textContent).toContain("unfinished");
  expect(at("milvus-sync-images").textContent).toBe("Resume");
  await user.click(at("milvus-sync-images"));
  expect(props.onResume).toHaveBeenCalledOnce();
});

test("it isn't synced or moved while something works on it", async () => {
  const { user } = show(<IndexCard index={index} {...props} busy />);
  expect(at<HTMLButtonElement>("milvus-sync-images").disabled).toBe(true);
  await user.click(at("milvus-actions-images"));
  expect(at("milvus-move-images").getAttribute("aria-disabled")).toBe("true");
});

test("its vectors are shown as a map", async () => {
  const { user } = show(<IndexCard index={index} {...props} />);
  await user.click(at("milvus-actions-images"));
  await user.click(at("milvus-map-images"));
  expect(props.onMap).toHaveBeenCalledExactlyOnceWith("images");
});

test("the searches that it supports are shown", () => {
  show(<IndexCard index={index} {...props} />);
  const text = at("milvus-index-images").textContent;
  expect(text).toContain("text");
  expect(text).toContain("images");
});

test("the menu opens, is walked and left by keyboard", async () => {
  const { user } = show(<IndexCard index={index} {...props} />);
  at("milvus-actions-images").focus();
  await user.keyboard("{Enter}");
  expect(document.activeElement).toBe(at("milvus-check-images"));
  await user.keyboard("{ArrowDown}{Enter}");
  expect(props.onDialog).toHaveBeenCalledWith("rename", "images");
  await waitFor(() => expect(absent("milvus-rename-images")).toBe(true));
});
