import { Button, Stack, Typography } from "@mui/material";
import { useState, type KeyboardEvent } from "react";
import type { Index } from "../api/contract";
import { EmptyState } from "../ui/EmptyState";
import { TextInput } from "../ui/TextInput";
import { DeleteMarkedDialog } from "./DeleteMarkedDialog";
import { DistanceSpread } from "./DistanceSpread";
import { FoundGroup } from "./FoundGroup";
import { markedIn } from "./groups";
import { focusTile, nextOf } from "./tiles";
import { strings } from "./strings";
import type { Find, Found } from "./useFind";
import { useFoundItems } from "./useFoundItems";

/** How many groups are listed at first, and with each click more. */
const LISTED = 20;

const TAGS = {
  find_duplicates: "duplicate",
  find_leaks: "leak",
  find_label_outliers: "wrong label",
  find_unique: "unique",
  find_duplicates_in_dataset: "duplicate",
};

const BUTTON = { size: "small", color: "secondary", sx: { textTransform: "none" } } as const;

interface Props {
  /** the one in use, which may be another than it was found in */
  index: Index;
  find: Find;
  found: Found;
}

/** What was found, to be decided about group by group. */
export function FoundGroups({ index, find, found }: Props) {
  const { groups, decisions, brain_key, kind, spread, patches } = found;
  const [tag, setTag] = useState(TAGS[kind]);
  const [listed, setListed] = useState(LISTED);
  const shown = groups.slice(0, listed);
  const items = useFoundItems(brain_key, shown, found.deleted);
  const marked = markedIn(groups, decisions, found.deleted).length;
  const [deleting, setDeleting] = useState(false);
  const decided = new Map(decisions);
  const open = groups.map((_, n) => n).filter((n) => !decided.has(n));
  const name = tag.trim();
  const act = (number: number, member: number): Partial<Record<string, () => void>> => ({
    k: () => find.keep(number, member),
    a: () => find.relabel(number),
    t: () => name && find.tag([number], name),
    d: () => find.mark(number),
    s: () => find.leave(number),
    u: () => find.undo(number),
  });
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const { group, member } = (event.target as HTMLElement).dataset;
    if (group === undefined || member === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const number = Number(group);
    const next = nextOf(event.currentTarget, event.target as HTMLElement, event.key);
    const does = act(number, Number(member))[event.key];
    if (!next && !does) return;
    event.preventDefault();
    event.stopPropagation();
    if (next) next.focus();
    does?.();
    if (["a", "t", "d", "s"].includes(event.key)) focusTile(event.currentTarget, number + 1);
  };
  return (
    <Stack spacing={1}>
      <Typography variant="caption" color="text.secondary" role="status" data-cy="milvus-found">
        {brain_key === index.brain_key ? found.message : strings.inIndex(found.message, brain_key)}
      </Typography>
      {groups.length === 0 ? (
        <EmptyState name="milvus-found-nothing" icon="check_circle" title={strings.nothing} text="" />
      ) : (
        <>
          <Stack direction="row" useFlexGap flexWrap="wrap" alignItems="center" spacing={1}>
            <Stack sx={{ width: 150 }}>
              <TextInput label={strings.tag} name="milvus-found-tag" value={tag} onChange={setTag} />
            </Stack>
            {open.length > 0 && (
              <Button {...BUTTON} data-cy="milvus-tag-rest" disabled={!name} onClick={() => find.tag(open, name)}>
                {decided.size > 0 ? strings.tagRest(open.length) : strings.tagAll(open.length)}
              </Button>
            )}
            {decisions.some(([, each]) => each.tag !== null) && (
              <Button {...BUTTON} data-cy="milvus-show-tagged" disabled={find.busy} onClick={() => find.show(true)}>
                {strings.showTagged}
              </Button>
            )}
            <Button {...BUTTON} data-cy="milvus-show-found" disabled={find.busy} onClick={() => find.show(false)}>
              {strings.showAll}
            </Button>
            {marked > 0 && (
              <Button {...BUTTON} color="error" data-cy="milvus-delete-marked" onClick={() => setDeleting(true)}>
                {strings.deleteMarked(marked, patches)}
              </Button>
            )}
            {deleting && <DeleteMarkedDialog find={find} kind={kind} onClose={() => setDeleting(false)} />}
          </Stack>
          {spread.length > 1 && <DistanceSpread distances={spread} />}
          <Typography variant="caption" color="text.secondary" data-cy="milvus-reviewed">
            {strings.progress(decided.size, groups.length)}.{" "}
            {kind === "find_label_outliers" ? strings.outlierKeys : strings.keys}
          </Typography>
          <Stack
            component="ul"
            direction="row"
            useFlexGap
            flexWrap="wrap"
            alignItems="flex-start"
            spacing={1}
            onKeyDown={onKeyDown}
            sx={{ m: 0, p: 0, listStyle: "none" }}
          >
            {shown.map((group, n) => (
              <FoundGroup
                key={n}
                number={n}
                group={group}
                items={items}
                decision={decided.get(n)}
                onKeep={(member) => find.keep(n, member)}
                onRelabel={() => find.relabel(n)}
                onTag={() => name && find.tag([n], name)}
                onMark={() => find.mark(n)}
                onLeave={() => find.leave(n)}
                onUndo={() => find.undo(n)}
              />
            ))}
          </Stack>
          {groups.length > listed && (
            <Button {...BUTTON} data-cy="milvus-more-groups" onClick={() => setListed(listed + LISTED)}>
              {strings.more(Math.min(LISTED, groups.length - listed))}
            </Button>
          )}
        </>
      )}
    </Stack>
  );
}
