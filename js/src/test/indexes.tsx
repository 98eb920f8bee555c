import { useState } from "react";
import { vi } from "vitest";
import type { Index, Job, Move, OtherIndex } from "../api/contract";
import { IndexList } from "../indexes/IndexList";
import { useIndexJobs } from "../indexes/useIndexJobs";
import { index, overview } from "./data";
import { execute } from "./fiftyone";
import { asked, at, show } from "./panel";

interface Props {
  indexes?: Index[];
  others?: OtherIndex[];
  jobs?: Job[];
  move?: Move;
  onNew: () => void;
  onChanged: () => void;
}

function WithWork({ indexes = [index], others = [], jobs = [], move = overview.move, ...on }: Props) {
  const work = useIndexJobs(on.onChanged);
  const [open, setOpen] = useState(false);
  const copy = { open, show: () => setOpen(true), hide: () => setOpen(false) };
  return (
    <IndexList
      canDelegate
      exportFolder={overview.export_folder}
      inUse="embedded"
      making={false}
      counting={false}
      {...{ indexes, others, jobs, move, work, copy }}
      {...on}
    />
  );
}

/** The list of indexes. */
export function indexes(props = {}) {
  const on = { onNew: vi.fn(), onChanged: vi.fn() };
  const rerendered = (others = {}) => <WithWork {...on} {...others} />;
  return { ...on, rerendered, ...show(rerendered(props)) };
}

/** Opens a dialog from the card's menu. */
export async function choose(user: ReturnType<typeof indexes>["user"], action: string) {
  await user.click(at("milvus-actions-images"));
  await user.click(at(`milvus-${action}-images`));
}

/** The operators that were executed, in turn. */
export const operators = () => asked().map(({ uri }) => uri);

/** Has every operator answer so. */
export const succeed = (answer: object = { result: {} }) =>
  execute.mockImplementation((_, { callback }) => callback(answer));
