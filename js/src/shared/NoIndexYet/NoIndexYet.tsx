import type { ReactNode } from "react";
import { Empty } from "../Empty";

interface Props {
  name: string;
  title: string;
  /** how to get one */
  children: ReactNode;
}

/** Teaches what an index is for, where there is none. */
export function NoIndexYet({ name, title, children }: Props) {
  return (
    <Empty
      name={name}
      icon="hub"
      title={title}
      text="An index keeps an embedding of every sample or patch in Milvus, so that you can sort the grid by similarity to a picture or to words."
    >
      {children}
    </Empty>
  );
}
