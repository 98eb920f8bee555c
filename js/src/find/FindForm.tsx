import { Box, Stack, Typography } from "@mui/material";
import type { FindOptions, Index } from "../api/contract";
import { PrimaryButton } from "../ui/PrimaryButton";
import { SelectInput } from "../ui/SelectInput";
import { TextInput } from "../ui/TextInput";
import { chosen, INPUTS, inputProblem, toParams, type FindValues } from "./findValues";
import { KINDS } from "./groups";
import { strings } from "./strings";
import type { Find } from "./useFind";

interface Props {
  index: Index;
  options: FindOptions;
  find: Find;
  values: FindValues;
  onChange: (values: FindValues) => void;
}

const TYPED = [
  { name: "thresh", label: strings.thresh, hint: strings.threshHint },
  { name: "split_tags", label: strings.tags, hint: strings.tagsHint },
  { name: "k", label: strings.k },
  { name: "min_score", label: strings.minScore, hint: strings.minScoreHint },
  { name: "count", label: strings.count },
] as const;

const CHOSEN = [
  { name: "label_field", label: strings.labelField, options: "label_fields" },
  { name: "other_dataset", label: strings.otherDataset, options: "other_datasets" },
  { name: "other_key", label: strings.otherKey, options: "other_keys" },
] as const;

/** What to find, and where. */
export function FindForm({ index, options, find, values, onChange }: Props) {
  const { kind } = values;
  const names = INPUTS[kind];
  const change = (part: Partial<FindValues>) => onChange({ ...values, ...part });
  const problems = names.map((name) => inputProblem(values, name, options));
  const shown = (name: (typeof TYPED)[number]["name"]) =>
    names.includes(name) && (name !== "split_tags" || !values.split_field);
  return (
    <Stack
      component="form"
      spacing={1.5}
      aria-label={strings.kind}
      onSubmit={(event) => {
        event.preventDefault();
        if (!find.running && !problems.some(Boolean)) find.find(kind, toParams(kind, values, index.brain_key, options));
      }}
    >
      <Box sx={{ display: "grid", gap: 1.5, gridTemplateColumns: "repeat(auto-fill, minmax(140px, 1fr))", alignItems: "start" }}>
        <SelectInput
          label={strings.kind}
          name="milvus-find-kind"
          value={kind}
          options={KINDS.map((value) => ({ value, label: strings.kinds[value] }))}
          onChange={(next) => change({ kind: next })}
        />
        <SelectInput
          label={strings.scope}
          name="milvus-find-scope"
          value={values.scope}
          options={(["dataset", "view", "selected"] as const).map((value) => ({ value, label: strings[value] }))}
          onChange={(scope) => change({ scope })}
        />
        {names.includes("split_field") && (
          <SelectInput
            label={strings.splits}
            name="milvus-find-splits"
            value={values.split_field}
            options={["", ...options.split_fields].map((value) => ({
              value,
              label: value ? strings.byField(value) : strings.byTags,
            }))}
            onChange={(split_field) => change({ split_field })}
          />
        )}
        {CHOSEN.filter(({ name }) => names.includes(name)).map(({ name, label, options: all }) => (
          <SelectInput
            key={name}
            label={label}
            name={`milvus-find-${name}`}
            value={chosen(values, name, options)}
            options={options[all].map((value) => ({ value, label: value }))}
            error={inputProblem(values, name, options)}
            onChange={(value) => change({ [name]: value })}
          />
        ))}
        {TYPED.filter(({ name }) => shown(name)).map(({ name, ...input }) => (
          <TextInput
            key={name}
            {...input}
            name={`milvus-find-${name}`}
            numeric={name !== "split_tags"}
            value={values[name]}
            error={inputProblem(values, name, options)}
            onChange={(typed) => change({ [name]: typed })}
          />
        ))}
      </Box>
      <Stack direction="row" alignItems="center" spacing={1.5}>
        <PrimaryButton type="submit" size="small" data-cy="milvus-find" disabled={find.running || problems.some(Boolean)}>
          {strings.run}
        </PrimaryButton>
        <Typography variant="caption" color="text.secondary">
          {strings.hints[kind]}
        </Typography>
      </Stack>
    </Stack>
  );
}
