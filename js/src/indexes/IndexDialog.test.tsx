import { screen, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type { Job } from "../api/contract";
import { index, job, overview } from "../test/data";
import { absent, answer, at, show } from "../test/panel";
import type { DialogKind } from "./dialogProps";
import { IndexDialog } from "./IndexDialog";
import { useIndexJobs } from "./useIndexJobs";

const on = { onClose: vi.fn(), onChanged: vi.fn() };

function Dialog({ kind, jobs = [] }: { kind: DialogKind; jobs?: Job[] }) {
  const work = useIndexJobs(on.onChanged);
  const settings = { exportFolder: "/exports", move: overview.move, inUse: "embedded" };
  return <IndexDialog indexes={[index]} canDelegate={false} {...settings} {...{ kind, index, jobs, work }} {...on} />;
}

test.each([
  ["sync", "Sync images"],
  ["rename", "Rename images"],
  ["move", "Move images"],
  ["export", "Export images"],
  ["cleanup", "Clean up images?"],
] as const)("what is asked for is what is shown: %s", (kind, name) => {
  answer({ cleanup_plan: () => new Promise(() => undefined) });
  show(<Dialog kind={kind} />);
  expect(screen.getByRole("dialog", { name })).toBeTruthy();
});

test("it steps aside for its own job, and is back with what was typed when that failed", async () => {
  const move = { ...job, operator: "move_index" };
  const { user, rerender } = show(<Dialog kind="move" jobs={[{ ...move, brain_key: "words" }]} />);
  await user.type(at("milvus-move-uri"), "db");
  rerender(<Dialog kind="move" jobs={[move]} />);
  await waitFor(() => expect(absent("milvus-confirm")).toBe(true));
  rerender(<Dialog kind="move" jobs={[{ ...move, state: "failed" }]} />);
  await waitFor(() => expect(at<HTMLInputElement>("milvus-move-uri").value).toBe("db"));
});
