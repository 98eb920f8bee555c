import { Box } from "@mui/material";
import { useState } from "react";
import { useApi } from "../api/client";
import type { Index } from "../api/contract";
import { useFetched } from "../api/useFetched";
import { useDatasetName } from "../hooks/appState";
import { CheckboxInput } from "../ui/CheckboxInput";
import { Popout } from "../ui/Popout";
import { SelectInput } from "../ui/SelectInput";
import { TextInput } from "../ui/TextInput";
import { FilterFields } from "./FilterFields";
import { optionProblems, setOptions, type OptionProblems, type OptionValues, paramProblem } from "./optionValues";
import { strings } from "./strings";
import type { Search } from "./useSearch";

interface Props {
  search: Search;
  index: Index;
  indexes: Index[];
}

/** The options that few searches need, hidden until asked for. */
export function MoreOptions(props: Props) {
  const [open, setOpen] = useState(false);
  const { options } = props.search.draft;
  const wrong = Object.keys(optionProblems(options, props.index)).length > 0;
  return (
    <Popout
      title={strings.moreOptions}
      icon="tune"
      name="milvus-more-options"
      marked={setOptions(options, props.index).length > 0}
      // a problem can't be hidden: nothing else says why the search doesn't start
      open={open || wrong}
      onToggle={setOpen}
    >
      <Fields {...props} />
    </Popout>
  );
}

function Fields({ search, index, indexes }: Props) {
  const { options } = search.draft;
  const groups = useGroupFields();
  const field = { options, problems: optionProblems(options, index), change: search.change };
  const kind = index.metric === "euclidean" ? strings.distance : strings.similarity;
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
      <OptionField {...field} name="k" label={strings.k} numeric />
      <OptionField {...field} name="min_score" label={strings.min(kind)} numeric />
      <OptionField {...field} name="max_score" label={strings.max(kind)} numeric />
      <SelectInput
        label={strings.groupBy}
        name="milvus-group_by"
        value={options.group_by}
        options={choices(groups, options.group_by)}
        onChange={(group_by) => search.change({ group_by })}
      />
      {index.patches_field !== null && (
        <OptionField {...field} name="min_matches" label={strings.minMatches} numeric />
      )}
      {others.length > 0 && (
        <SelectInput
          label={strings.fuseWith}
          name="milvus-fuse_with"
          value={options.fuse_with}
          options={choices(others.map(({ brain_key }) => brain_key), options.fuse_with)}
          onChange={(fuse_with) => search.change({ fuse_with })}
        />
      )}
      <FilterFields search={search} index={index} />
      <ParamFields search={search} index={index} />
      <OptionField {...field} name="score_field" label={strings.scoreField} />
      <CheckboxInput
        name="milvus-reverse"
        label={strings.leastSimilar}
        checked={options.reverse}
        onChange={(reverse) => search.change({ reverse })}
        toggle
      />
      <CheckboxInput
        name="milvus-exclude-query"
        label={strings.excludeQuery}
        checked={options.exclude_query}
        onChange={(exclude_query) => search.change({ exclude_query })}
        toggle
      />
    </Box>
  );
}

/** None, or one of some names; also the chosen one if it isn't among them any more. */
function choices(names: string[], chosen: string) {
  const all = chosen && !names.includes(chosen) ? [chosen, ...names] : names;
  return ["", ...all].map((value) => ({ value, label: value || strings.none }));
}

interface OptionFieldProps {
  name: Exclude<keyof OptionValues, "scope" | "reverse" | "exclude_query" | "where" | "search_params">;
  label: string;
  numeric?: boolean;
  options: OptionValues;
  problems: OptionProblems;
  change: (part: Partial<OptionValues>) => void;
}

/** An option that is typed. */
function OptionField({ name, label, numeric, options, problems, change }: OptionFieldProps) {
  return (
    <TextInput
      label={label}
      name={`milvus-${name}`}
      numeric={numeric}
      value={options[name]}
      error={problems[name]}
      onChange={(value) => change({ [name]: value })}
    />
  );
}

/** One input for each parameter that a search of the index can have. */
function ParamFields({ search, index }: { search: Search; index: Index }) {
  const { search_params } = search.draft.options;
  return index.search_params.map((name) => {
    const typed = search_params[name] ?? "";
    const problem = paramProblem(typed);
    return (
      <TextInput
        key={name}
        numeric
        label={strings.indexParameter(name)}
        name={`milvus-param-${name}`}
        value={typed}
        placeholder={strings.indexDefault}
        error={problem}
        onChange={(value) => search.change({ search_params: { ...search_params, [name]: value } })}
      />
    );
  });
}

/** The fields of the dataset that results can be grouped by. */
function useGroupFields(): string[] {
  const api = useApi();
  const dataset = useDatasetName();
  return useFetched(api.search_options, dataset ?? "").value?.group_by ?? [];
}
