import { Skeleton, Stack } from "@mui/material";
import { Problem } from "../../../shared/Problem";
import { Section } from "../../../shared/Section";
import { Buttons } from "./Buttons";
import { MoreFields } from "./MoreFields";
import { NameField } from "./NameField";
import { SourceFields } from "./SourceFields";
import { TargetFields } from "./TargetFields";
import type { Build } from "../useBuild";
import { useIndexForm } from "../useIndexForm";
import { buildParams } from "../values";

interface Props {
  dataset: string;
  build: Build;
  onClose: () => void;
}

export function IndexForm({ dataset, build, onClose }: Props) {
  const { form, values, problems, change, selected, error, reload } = useIndexForm(dataset);
  const busy = build.building !== null;
  const ready = !busy && values !== null && Object.keys(problems).length === 0;
  return (
    <Section title="New index">
      <Problem message={error} onRetry={reload} />
      {!form && !error && <Skeleton variant="rounded" height={220} />}
      <Stack
        component="form"
        spacing={1.5}
        data-cy="milvus-form"
        aria-label="New index"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) build.build(buildParams(values), values.delegate);
        }}
      >
        {form && values && (
          <>
            <TargetFields {...{ form, values, problems, change, selected }} />
            <SourceFields {...{ form, values, problems, change }} />
            <NameField {...{ values, problems, change }} />
            <MoreFields {...{ form, values, problems, change }} />
          </>
        )}
        <Problem message={build.problem} onClose={build.forget} />
        <Buttons busy={busy} ready={ready} onClose={onClose} />
      </Stack>
    </Section>
  );
}
