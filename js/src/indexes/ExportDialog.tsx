import { Typography } from "@mui/material";
import { useState } from "react";
import { useSuccessMessage } from "../hooks/appState";
import { CheckboxInput } from "../ui/CheckboxInput";
import { FormDialog } from "../ui/FormDialog";
import { SelectInput } from "../ui/SelectInput";
import { TextInput } from "../ui/TextInput";
import type { DialogProps } from "./dialogProps";
import { strings } from "./strings";
import { TransferProgress } from "./TransferProgress";
import { WorkerCheckbox } from "./WorkerCheckbox";

const TARGETS = [
  { value: "computer", label: strings.toComputer },
  { value: "server", label: strings.toServer },
] as const;

/** Exports an index to a file: downloaded, or on the machine where FiftyOne runs. */
export function ExportDialog({ index, work, open, canDelegate, exportFolder, onClose }: DialogProps) {
  const { brain_key } = index;
  const [to, setTo] = useState<"computer" | "server">("computer");
  const [path, setPath] = useState("");
  const [overwrite, setOverwrite] = useState(false);
  const [delegate, setDelegate] = useState(false);
  const { exporting, downloading } = work;
  const transfer = work.transfers.download;
  const isDownloading = downloading.running !== null || transfer.busy;
  const showSuccess = useSuccessMessage();
  const name = strings.exportExample(brain_key);
  const downloaded = (whole: boolean) => {
    if (whole) showSuccess(strings.downloaded(name));
    onClose();
  };
  const download = () =>
    transfer.prepare((token) =>
      downloading.run({ brain_key, transfer: token }, false, () => transfer.download(token, name, downloaded)),
    );
  const write = () => exporting.run({ brain_key, path: path.trim(), overwrite }, delegate, onClose);
  return (
    <FormDialog
      open={open}
      title={strings.exportIndex(brain_key)}
      action={to === "computer" ? strings.download : strings.export}
      acting={strings.exporting}
      busy={to === "computer" ? isDownloading : exporting.running === brain_key}
      ready={to === "computer" || path.trim() !== ""}
      problem={to === "computer" ? (downloading.problem ?? transfer.problem) : exporting.problem}
      onSubmit={to === "computer" ? download : write}
      onClose={onClose}
      onStop={to === "computer" && transfer.progress ? transfer.stop : undefined}
    >
      <SelectInput label={strings.exportTo} name="milvus-export-to" value={to} options={[...TARGETS]} onChange={setTo} />
      {to === "computer" && (
        <Typography variant="caption" color="text.secondary">
          {strings.downloadHint}
        </Typography>
      )}
      {to === "computer" && transfer.progress && <TransferProgress progress={transfer.progress} />}
      {to === "server" && (
        <>
          <TextInput
            autoFocus
            label={strings.file}
            name="milvus-export-path"
            placeholder={name}
            value={path}
            hint={strings.exportHint(exportFolder)}
            onChange={setPath}
          />
          <CheckboxInput
            name="milvus-export-overwrite"
            label={strings.overwrite}
            checked={overwrite}
            onChange={setOverwrite}
          />
          {canDelegate && <WorkerCheckbox checked={delegate} onChange={setDelegate} />}
        </>
      )}
    </FormDialog>
  );
}
