import { usePanelStatePartial } from "@fiftyone/spaces";
import { Box } from "@mui/material";
import type { Index } from "../../../shared/api";
import { Check } from "../../../shared/Check";
import { Choice } from "../../../shared/Choice";
import { Fold } from "../../../shared/Fold";
import type { Search } from "../../useSearch";
import { FilterFields } from "./FilterFields";
import { OptionField } from "./OptionField";
import { ParamFields } from "./ParamFields";
import { useGroupFields } from "./useGroupFields";
import { check, countSet } from "../values";

interface Props {
  search: Search;
  index: Index;
  indexes: Index[];
}

/** The options that few searches need, folded away. */
export function MoreOptions(props: Props) {
  const [open, setOpen] = usePanelStatePartial("milvus_more_options", false, true);
  const { options } = props.search.draft;
  const set = countSet(options, props.index);
  const wrong = Object.keys(check(options, props.index)).length > 0;
  return (
    <Fold
      title={`More options${set ? ` (${set} set)` : ""}`}
      name="milvus-more-options"
      // what is wrong can't be hidden: nothing would say why the search won't start
      open={open || wrong}
      onToggle={setOpen}
    >
      <Fields {...props} />
    </Fold>
  );
}

function Fields({ search, index, indexes }: Props) {
  const { options } = search.draft;
  const groups = useGroupFields();
  const field = { options, problems: check(options, index), change: search.change };
  const kind = index.metric === "euclidean" ? "distance" : "similarity";
  const others = indexes.filter(({ brain_key }) => brain_key !== index.brain_key);
  return (
    <Box
      sx={{
        display: "grid",
        gap: 1.5,
        gridTemplateColumns: "repeat(auto-fill, minmax(130px, 1fr))",
        alignItems: "start",
      }}
    >
      <OptionField {...field} name="k" label="Results (k)" numeric />
      <OptionField {...field} name="min_score" label={`Min ${kind}`} numeric />
      <OptionField {...field} name="max_score" label={`Max ${kind}`} numeric />
      <Choice
        label="Best match per"
        name="milvus-group_by"
        value={options.group_by}
        options={choices(groups, options.group_by)}
        onChange={(group_by) => search.change({ group_by })}
      />
      {index.patches_field !== null && (
        <OptionField {...field} name="at_least" label="Min matching objects" numeric />
      )}
      {others.length > 0 && (
        <Choice
          label="Combine with"
          name="milvus-also"
          value={options.also}
          options={choices(others.map(({ brain_key }) => brain_key), options.also)}
          onChange={(also) => search.change({ also })}
        />
      )}
      <FilterFields search={search} index={index} />
      <ParamFields search={search} index={index} />
      <OptionField {...field} name="score_field" label="Score field" />
      <Check
        name="milvus-exclude-query"
        label="Exclude query"
        checked={options.exclude_query}
        onChange={(exclude_query) => search.change({ exclude_query })}
        toggle
      />
    </Box>
  );
}

/** Nothing, or one of some names; one that was chosen before stays to be seen. */
function choices(names: string[], chosen: string) {
  const all = chosen && !names.includes(chosen) ? [chosen, ...names] : names;
  return ["", ...all].map((value) => ({ value, label: value || "–" }));
}
