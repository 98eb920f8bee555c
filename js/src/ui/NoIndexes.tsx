import { Button } from "@mui/material";
import type { ReactNode } from "react";
import type { OtherIndex } from "../api/contract";
import { EmptyState } from "./EmptyState";
import { strings } from "./strings";

interface Props {
  name: string;
  title: string;
  others: OtherIndex[];
  /** to copy one of them */
  onCopy: () => void;
  /** how else to get one */
  children: ReactNode;
}

/** Explains what an index is for, where there is none. */
export function NoIndexes({ name, title, others, onCopy, children }: Props) {
  return (
    <EmptyState name={name} icon="hub" title={title} text={text(others)}>
      {others.length > 0 && (
        <Button size="small" variant="outlined" color="secondary" data-cy="milvus-copy" onClick={onCopy}>
          {strings.makeSearchable(others.length)}
        </Button>
      )}
      {children}
    </EmptyState>
  );
}

function text(others: OtherIndex[]): string {
  const names = others.map(({ brain_key, backend }) => `${brain_key} (${backend})`);
  return names.length > 0 ? `${strings.otherIndexes(names)} ${strings.noIndexes}` : strings.noIndexes;
}
