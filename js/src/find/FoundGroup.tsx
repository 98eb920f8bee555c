import { MuiIconFont } from "@fiftyone/components";
import { Box, Button, ButtonBase, IconButton, Paper, Stack, Typography } from "@mui/material";
import type { FoundItem } from "../api/contract";
import { useOpenSample } from "../hooks/appState";
import { FOCUS } from "../ui/styles";
import { Thumbnail } from "../ui/Thumbnail";
import { keyOf, toTag, type Decision, type Group, type Member } from "./groups";
import { strings } from "./strings";

interface Props {
  number: number;
  group: Group;
  items: Map<string, FoundItem | null>;
  decision: Decision | undefined;
  onKeep: (member: number) => void;
  onRelabel: () => void;
  onTag: () => void;
  onMark: () => void;
  onLeave: () => void;
  onUndo: () => void;
}

const BUTTON = { size: "small", color: "secondary", sx: { textTransform: "none", minWidth: 0, py: 0 } } as const;
const TILE = 104;

/** A group with its members side by side, and what is decided about it. */
export function FoundGroup({ number, group, items, decision, onKeep, onRelabel, onTag, onMark, onLeave, onUndo }: Props) {
  const marked = new Set(toTag(group));
  return (
    <Paper
      component="li"
      variant="outlined"
      data-cy="milvus-found-group"
      data-decided={decision !== undefined}
      sx={{ p: 0.75, backgroundImage: "none", maxWidth: "100%", opacity: decision ? 0.6 : 1 }}
    >
      <Typography component="h2" variant="caption" sx={{ display: "block", maxWidth: Math.max(2, group.members.length) * TILE }}>
        {strings.group(number + 1, group.title)}
      </Typography>
      <Stack direction="row" useFlexGap flexWrap="wrap" spacing={0.5}>
        {group.members.map((member, n) => (
          <FoundTile
            key={keyOf(member)}
            number={number}
            at={n}
            member={decision?.label && n === 0 ? { ...member, note: decision.label } : member}
            item={items.get(keyOf(member))}
            hidden={Boolean(decision?.deleted) && items.get(keyOf(member)) === null}
            kept={group.keep === n}
            marked={marked.has(member.id) && !member.other}
            onKeep={group.keep === null || decision ? undefined : () => onKeep(n)}
          />
        ))}
      </Stack>
      {decision ? (
        <Stack direction="row" alignItems="center" spacing={1}>
          <Typography variant="caption" data-cy="milvus-decision">
            {said(decision, group)}
          </Typography>
          {decision.deleted === 0 && (
            <Button {...BUTTON} data-cy="milvus-found-undo" onClick={onUndo}>
              {strings.undo}
            </Button>
          )}
        </Stack>
      ) : (
        <Stack direction="row" useFlexGap flexWrap="wrap" columnGap={1}>
          {group.suggested !== undefined && (
            <Button {...BUTTON} data-cy="milvus-found-relabel" onClick={onRelabel}>
              {strings.relabel(group.suggested)}
            </Button>
          )}
          <Button {...BUTTON} data-cy="milvus-found-tag-group" onClick={onTag}>
            {group.keep === null ? strings.tagThis : strings.tagOthers}
          </Button>
          <Button {...BUTTON} data-cy="milvus-found-mark" onClick={onMark}>
            {strings.mark}
          </Button>
          <Button {...BUTTON} data-cy="milvus-found-leave" onClick={onLeave}>
            {strings.keepAll}
          </Button>
        </Stack>
      )}
    </Paper>
  );
}

function said({ tag, label, changed, deletion, deleted }: Decision, group: Group): string {
  if (deleted > 0) return strings.deleted(deleted);
  if (deletion) return strings.marked(toTag(group).length);
  if (label !== null) return strings.relabeled(label);
  return tag === null ? strings.left : strings.tagged(changed, tag);
}

interface TileProps {
  number: number;
  at: number;
  member: Member;
  /** undefined until it is known, null if it was deleted */
  item: FoundItem | null | undefined;
  /** a person had it deleted here */
  hidden: boolean;
  kept: boolean;
  marked: boolean;
  onKeep: (() => void) | undefined;
}

/** A member of a group. A click opens it; the star has it kept. */
function FoundTile({ number, at, member, item, hidden, kept, marked, onKeep }: TileProps) {
  const open = useOpenSample();
  if (hidden) return null;
  const name = `${at + 1}. ${item?.label ?? strings.sample}`;
  const text = item === null ? strings.gone : [member.note, ...(item?.tags ?? [])].join(" · ");
  return (
    <Box
      data-cy="milvus-found-tile"
      data-id={member.id}
      data-kept={kept}
      sx={{
        position: "relative",
        width: TILE,
        border: 2,
        borderRadius: 1,
        overflow: "hidden",
        borderColor: kept ? "success.main" : marked ? "error.main" : "divider",
      }}
    >
      <ButtonBase
        disableRipple
        data-group={number}
        data-member={at}
        aria-label={`${strings.open(name)}, ${text}`}
        tabIndex={at === 0 ? 0 : -1}
        disabled={member.other !== undefined}
        onClick={() => void open(0, { count: 1, get: () => Promise.resolve(member) })}
        sx={{ display: "block", width: "100%", textAlign: "start", ...FOCUS }}
      >
        {item ? <Thumbnail filepath={item.filepath} box={item.box} alt="" /> : <Box sx={{ aspectRatio: "1", bgcolor: "action.hover" }} />}
        <Typography component="div" variant="caption" noWrap dir="auto" sx={{ px: 0.5 }}>
          {text}
        </Typography>
      </ButtonBase>
      {kept && (
        <Box sx={{ ...CORNER, color: "success.main" }} title={strings.kept} data-cy="milvus-found-kept">
          <MuiIconFont name="star" sx={{ fontSize: 18 }} />
        </Box>
      )}
      {!kept && onKeep && (
        <IconButton
          size="small"
          disableRipple
          tabIndex={-1}
          title={strings.keep(name)}
          aria-label={strings.keep(name)}
          data-cy="milvus-found-keep"
          onClick={onKeep}
          sx={{ ...CORNER, color: "text.secondary" }}
        >
          <MuiIconFont name="star_outline" sx={{ fontSize: 18 }} />
        </IconButton>
      )}
    </Box>
  );
}

const CORNER = { position: "absolute", top: 2, right: 2, p: 0.25, borderRadius: 1, bgcolor: "background.paper", display: "flex" } as const;
