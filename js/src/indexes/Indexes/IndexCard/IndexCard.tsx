import { Button, Chip, Stack, Typography } from "@mui/material";
import type { Index } from "../../../shared/api";
import { ActionsMenu } from "../../../shared/ActionsMenu";
import { counted, date } from "../../../shared/format";
import { NamedCard } from "../../../shared/NamedCard";
import { Problem } from "../../../shared/Problem";
import { CoverageLine } from "../../CoverageLine";
import type { DialogKind } from "../../dialogs/dialog";
import { facts } from "./facts";

interface Props {
  index: Index;
  /** something works on it */
  busy: boolean;
  onDialog: (kind: DialogKind) => void;
  onCheck: () => void;
  onResume: () => void;
}

/** An index: what it is, how true it is to the dataset, and what can be done with it. */
export function IndexCard({ index, busy, onDialog, onCheck, onResume }: Props) {
  const { brain_key, partial } = index;
  return (
    <NamedCard
      name={brain_key}
      cy={`milvus-index-${brain_key}`}
      height={128}
      actions={
        <>
          <Button
            size="small"
            variant={partial ? "outlined" : "text"}
            color={partial ? "primary" : "secondary"}
            sx={partial ? { color: "text.primary" } : undefined}
            aria-label={`${partial ? "Resume" : "Sync"} ${brain_key}`}
            data-cy={`milvus-sync-${brain_key}`}
            disabled={busy}
            onClick={partial ? onResume : () => onDialog("sync")}
          >
            {partial ? "Resume" : "Sync"}
          </Button>
          <ActionsMenu
            of={brain_key}
            actions={[
              { name: "check", label: "Compare with the dataset", icon: "rule", onClick: onCheck, disabled: busy },
              { name: "rename", label: "Rename", icon: "edit", onClick: () => onDialog("rename"), disabled: busy },
              { name: "move", label: "Move", icon: "drive_file_move", onClick: () => onDialog("move"), disabled: busy },
              { name: "export", label: "Export", icon: "file_download", onClick: () => onDialog("export"), disabled: busy },
              { name: "cleanup", label: "Clean up", icon: "delete", onClick: () => onDialog("cleanup"), apart: true },
            ]}
          />
        </>
      }
    >
      <Stack direction="row" useFlexGap flexWrap="wrap" spacing={0.5} sx={{ mb: 0.75 }}>
        {facts(index).map(({ text, about }) => (
          <Chip
            key={about}
            size="small"
            variant="outlined"
            title={about}
            label={text}
            sx={{ maxWidth: "100%", borderColor: "divider" }}
          />
        ))}
      </Stack>
      <CoverageLine index={index} />
      <Typography variant="caption" color="text.secondary" component="p" sx={{ mt: 0.25 }}>
        <span data-cy="milvus-size">
          {index.size === null ? "Size unknown" : counted(index.size, "vector")}
        </span>
        {` · built ${date(index.created)}`}
      </Typography>
      <Problem message={index.problem} severity="warning" name="milvus-index-problem" />
      <Problem message={index.unsent} severity="info" name="milvus-index-unsent" />
    </NamedCard>
  );
}
