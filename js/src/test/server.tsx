import { waitFor } from "@testing-library/react";
import { expect } from "vitest";
import { DatasetPanel } from "../panel/DatasetPanel";
import { details, overview } from "./data";
import { absent, answer, go, show } from "./panel";

/** The panel with its Server tab open. */
export async function openServerTab(answers: object = {}) {
  answer({ overview, server_details: details, ...answers });
  const shown = show(<DatasetPanel dataset="animals" />);
  await waitFor(() => expect(absent("milvus-loading")).toBe(true));
  await go(shown.user, "server");
  return shown;
}
