import { Box, Button, Skeleton, Stack, Typography } from "@mui/material";
import { useState } from "react";
import type { FoundItem, MarkedPlan } from "../api/contract";
import { useCall } from "../api/useCall";
import { useFetched } from "../api/useFetched";
import { useOperator } from "../api/useOperator";
import { useSuccessMessage } from "../hooks/appState";
import { CheckboxInput } from "../ui/CheckboxInput";
import { FormDialog } from "../ui/FormDialog";
import { Thumbnail } from "../ui/Thumbnail";
import type { Kind } from "./groups";
import { strings } from "./strings";
import type { Find } from "./useFind";
import { useFoundItems } from "./useFoundItems";

/** How many images are shown at first, and with each click more. */
const LISTED = 60;

interface Props {
  find: Find;
  kind: Kind;
  onClose: () => void;
}

/** Shows all that is marked for deletion, and deletes it once that is confirmed. */
export function DeleteMarkedDialog({ find, kind, onClose }: Props) {
  const [confirmed, setConfirmed] = useState(false);
  const showSuccess = useSuccessMessage();
  const deleteMarked = useOperator("delete_marked");
  const plan = useFetched(() => find.stored().then(() => deleteMarked({ operator: kind, dry_run: true })), kind);
  const { run, busy, problem } = useCall();
  const { value } = plan;
  const count = value?.ids.length ?? 0;
  const patches = value !== null && value.patches_field !== null;
  const deleteShown = ({ plan_id, ids }: MarkedPlan) =>
    run(() => deleteMarked({ operator: kind, dry_run: false, plan_id }), ({ message }) => {
      showSuccess(message);
      find.noteDeleted(ids);
      onClose();
    });
  const showInGrid = ({ ids }: MarkedPlan) => {
    find.showIds(ids);
    onClose();
  };
  return (
    <FormDialog
      danger
      title={strings.deleteTitle(count, patches)}
      action={strings.delete(count, patches)}
      acting={strings.deleting}
      busy={busy}
      ready={confirmed && count > 0}
      problem={problem ?? plan.error}
      onRetry={plan.error ? plan.reload : undefined}
      onSubmit={() => value && deleteShown(value)}
      onClose={onClose}
    >
      {plan.loading && !value && <Skeleton variant="rounded" height={96} />}
      {value && count === 0 && <Typography variant="body2">{strings.nothingToDelete}</Typography>}
      {value && count > 0 && (
        <>
          <Typography variant="body2" data-cy="milvus-plan">
            {value.message}
          </Typography>
          <Images plan={value} />
          <Button size="small" color="secondary" data-cy="milvus-show-marked" disabled={busy} onClick={() => showInGrid(value)}>
            {strings.showInGrid}
          </Button>
          <CheckboxInput name="milvus-confirm-deletion" label={strings.confirmDeletion} checked={confirmed} onChange={setConfirmed} />
        </>
      )}
    </FormDialog>
  );
}

function Images({ plan }: { plan: MarkedPlan }) {
  const [listed, setListed] = useState(LISTED);
  const members = plan.ids.slice(0, listed).map((id, n) => ({ id, sample_id: plan.sample_ids[n], note: "" }));
  const items = useFoundItems(plan.brain_key, [{ title: "", members, keep: null, suspects: [] }]);
  const left = plan.ids.length - members.length;
  return (
    <Stack tabIndex={0} sx={{ maxHeight: "40vh", overflow: "auto" }}>
      <Box component="ul" sx={GRID}>
        {members.map(({ id }) => (
          <ImageToDelete key={id} id={id} item={items.get(id)} />
        ))}
      </Box>
      {left > 0 && (
        <Button size="small" color="secondary" data-cy="milvus-more-marked" onClick={() => setListed(listed + LISTED)}>
          {strings.moreToDelete(Math.min(LISTED, left))}
        </Button>
      )}
    </Stack>
  );
}

function ImageToDelete({ id, item }: { id: string; item: FoundItem | null | undefined }) {
  const name = item?.label ?? item?.filepath.split(/[\\/]/).at(-1) ?? "";
  return (
    <Box component="li" data-cy="milvus-to-delete" data-id={id} title={item?.filepath}>
      {item ? <Thumbnail filepath={item.filepath} box={item.box} alt="" /> : <Skeleton variant="rounded" sx={{ aspectRatio: "1", height: "auto" }} />}
      <Typography component="div" variant="caption" noWrap dir="auto">
        {name}
      </Typography>
    </Box>
  );
}

const GRID = {
  display: "grid",
  gridTemplateColumns: "repeat(auto-fill, minmax(80px, 1fr))",
  gap: 0.75,
  m: 0,
  p: 0,
  listStyle: "none",
} as const;
