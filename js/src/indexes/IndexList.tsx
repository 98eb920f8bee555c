import { Stack, Typography } from "@mui/material";
import { memo, useMemo, useState, type ComponentProps } from "react";
import type { Index, Job, Move, OtherIndex } from "../api/contract";
import { openEmbeddings } from "../hooks/appState";
import { useShared } from "../hooks/shareEqual";
import { useStable } from "../hooks/useStable";
import { isActive } from "../jobs/jobState";
import { MessageAlert } from "../ui/MessageAlert";
import { Section } from "../ui/Section";
import { TextInput } from "../ui/TextInput";
import { CopyDialog } from "./CopyDialog";
import type { DialogKind, Opened } from "./dialogProps";
import { ImportDialog } from "./ImportDialog";
import { IndexCard } from "./IndexCard";
import { IndexDialog } from "./IndexDialog";
import { ListActions } from "./ListActions";
import { NoIndex } from "./NoIndex";
import { strings } from "./strings";
import type { IndexJobs } from "./useIndexJobs";

/** With more, they can be filtered by name. */
const MANY = 8;

interface Props {
  indexes: Index[];
  others: OtherIndex[];
  jobs: Job[];
  work: IndexJobs;
  copy: Opened;
  canDelegate: boolean;
  exportFolder: string;
  move: Move;
  /** the address of the Milvus in use */
  inUse: string;
  /** how large they are isn't known yet */
  counting: boolean;
  /** an index is being described or built */
  making: boolean;
  onNew: () => void;
  onChanged: () => void;
}

type Asked = { kind: DialogKind; brain_key: string } | { kind: "import" };

export function IndexList(props: Props) {
  const { indexes, others, jobs, work, copy, counting, making, onNew, onChanged } = props;
  const { canDelegate, exportFolder, move, inUse } = props;
  const shared = { indexes, jobs, work, canDelegate, exportFolder };
  const [asked, setAsked] = useState<Asked | null>(null);
  const [filter, setFilter] = useState("");
  const shown = useMemo(() => indexes.filter((each) => matches(each, filter)), [indexes, filter]);
  const busy = useShared(busyKeys(jobs, work));
  const close = () => setAsked(null);
  const ask = useStable((kind: DialogKind, brain_key: string) => {
    dismiss(work);
    setAsked({ kind, brain_key });
    // comparing tells what a sync would do
    if (kind === "sync") work.check.run({ brain_key }, false);
  });
  const check = useStable((brain_key: string) => work.check.run({ brain_key }, false));
  const map = useStable((brain_key: string) => work.map.run({ brain_key }, false, openEmbeddings));
  const resume = useStable((brain_key: string) => work.sync.run({ brain_key }, false));
  const onImport = () => {
    dismiss(work);
    setAsked({ kind: "import" });
  };
  const dialogs = (
    <>
      {asked?.kind === "import" && <ImportDialog {...shared} onClose={close} />}
      {copy.open && others.length > 0 && <CopyDialog {...shared} others={others} onClose={copy.hide} />}
    </>
  );
  const about = asked && asked.kind !== "import" ? asked : null;
  const index = about && indexes.find((each) => each.brain_key === about.brain_key);
  if (indexes.length === 0)
    return (
      <>
        {!making && <NoIndex {...{ others, onNew, onImport }} onCopy={copy.show} />}
        {dialogs}
      </>
    );
  return (
    <Section
      title={strings.title(indexes.length)}
      action={!making && <ListActions {...{ onNew, onImport }} onCopy={others.length > 0 ? copy.show : null} />}
    >
      <MessageAlert
        message={asked ? null : (work.sync.problem ?? work.check.problem ?? work.map.problem)}
        onClose={() => dismiss(work)}
      />
      {indexes.length > MANY && (
        <TextInput label={strings.find} name="milvus-find-index" value={filter} onChange={setFilter} />
      )}
      <Cards
        indexes={shown}
        counting={counting}
        busy={busy}
        onDialog={ask}
        onCheck={check}
        onMap={map}
        onResume={resume}
      />
      {shown.length === 0 && (
        <Typography variant="body2" color="text.secondary">
          {strings.noMatch}
        </Typography>
      )}
      {dialogs}
      {/* until then it isn't known where an index could be moved to */}
      {about && index && !counting && (
        <IndexDialog
          {...shared}
          {...{ move, inUse }}
          kind={about.kind}
          index={index}
          onClose={close}
          onChanged={onChanged}
        />
      )}
    </Section>
  );
}

interface CardsProps extends Omit<ComponentProps<typeof IndexCard>, "index" | "busy"> {
  indexes: Index[];
  /** the brain keys of those that something works on */
  busy: string[];
}

/** The cards. They are looked through again only when an index changes, or work on one begins or ends. */
const Cards = memo(function Cards({ indexes, busy, ...shared }: CardsProps) {
  return (
    <Stack component="ul" spacing={1} sx={{ m: 0, p: 0 }}>
      {indexes.map((index) => (
        <IndexCard key={index.brain_key} index={index} busy={busy.includes(index.brain_key)} {...shared} />
      ))}
    </Stack>
  );
});

function matches({ brain_key, patches_field, model }: Index, filter: string): boolean {
  const text = [brain_key, patches_field, model].join(" ").toLowerCase();
  return text.includes(filter.trim().toLowerCase());
}

function busyKeys(jobs: Job[], work: IndexJobs): string[] {
  const started = work.all.flatMap(({ running }) => running ?? []);
  return [...new Set([...started, ...jobs.filter(isActive).map((job) => job.brain_key)])].sort();
}

function dismiss(work: IndexJobs) {
  [...work.all, ...Object.values(work.transfers)].forEach((each) => each.dismiss());
}
