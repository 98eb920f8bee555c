import { CleanupDialog } from "./CleanupDialog";
import { isUnderWay, type DialogKind, type DialogProps } from "./dialogProps";
import { ExportDialog } from "./ExportDialog";
import { MoveDialog } from "./MoveDialog";
import { RenameDialog } from "./RenameDialog";
import { SyncDialog } from "./SyncDialog";

const DIALOGS = {
  sync: SyncDialog,
  rename: RenameDialog,
  move: MoveDialog,
  export: ExportDialog,
  cleanup: CleanupDialog,
};

type Props = Omit<DialogProps, "open"> & { kind: DialogKind };

export function IndexDialog({ kind, ...props }: Props) {
  const Dialog = DIALOGS[kind];
  return <Dialog {...props} open={!isUnderWay(kind, props.index.brain_key, props.jobs)} />;
}
