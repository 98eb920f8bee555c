import type { ReactNode } from "react";
import type { OtherIndex } from "../api/contract";
import { EmptyState } from "./EmptyState";

interface Props {
  name: string;
  title: string;
  others: OtherIndex[];
  /** how to get one */
  children: ReactNode;
}

const USE =
  "A Milvus index keeps an embedding of every sample or patch, so that you can sort the grid by similarity to an image or to words.";

/** Teaches what an index is for, where there is none. */
export function NoIndexes({ name, title, others, children }: Props) {
  return (
    <EmptyState
      name={name}
      icon="hub"
      title={title}
      text={others.length > 0 ? `${elsewhere(others)} ${USE}` : USE}
    >
      {children}
    </EmptyState>
  );
}

/** That there are indexes of other backends, and what they are good for. */
function elsewhere(others: OtherIndex[]): string {
  const names = others.map(({ brain_key, backend }) => `${brain_key} (${backend})`).join(", ");
  return others.length === 1
    ? `This dataset has another similarity index: ${names}. FiftyOne's own similarity action uses it.`
    : `This dataset has other similarity indexes: ${names}. FiftyOne's own similarity action uses those.`;
}
