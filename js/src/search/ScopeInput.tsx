import { Stack, ToggleButton, ToggleButtonGroup, Typography } from "@mui/material";
import type { Index } from "../api/contract";
import { CheckboxInput } from "../ui/CheckboxInput";
import { count } from "../ui/format";
import { useSelection } from "../hooks/appState";
import type { Search } from "./useSearch";
import { ClearButton } from "./ClearButton";
import { useViewCount } from "./useViewCount";
import type { OptionValues } from "./optionValues";

/** In FiftyOne's light theme, what is disabled has the color of what isn't. */
const OFF = { color: "text.secondary", opacity: 0.6 };

interface Props {
  search: Search;
  index: Index;
  /** in the dataset */
  samples: number;
}

/** What to search in, and which end first. */
export function ScopeInput({ search, index, samples }: Props) {
  const { options } = search.draft;
  const selected = useSelection().sampleIds.length;
  const inView = useViewCount(index, search.found, search.busy);
  const left = inView?.showsResults && !search.found;
  const whole = index.total ?? samples;
  const scopes: { name: OptionValues["target"]; label: string; off?: boolean }[] = [
    { name: "dataset", label: `Dataset ${count(whole)}` },
    { name: "view", label: `View ${inView ? count(inView.count ?? whole) : "…"}` },
    { name: "selected", label: `Selected ${count(selected)}`, off: selected === 0 },
  ];
  return (
    <Stack direction="row" useFlexGap flexWrap="wrap" alignItems="center" sx={{ columnGap: 2, rowGap: 0.5 }}>
      <ToggleButtonGroup
        exclusive
        size="small"
        value={options.target}
        aria-label="Search in"
        onChange={(_, target: OptionValues["target"] | null) => target && search.change({ target })}
      >
        {scopes.map(({ name, label, off }) => (
          <ToggleButton
            key={name}
            value={name}
            disabled={off && options.target !== name}
            data-cy={`milvus-scope-${name}`}
            sx={{ py: 0.25, px: 1, textTransform: "none", "&.Mui-disabled": OFF }}
          >
            {label}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      <CheckboxInput
        name="milvus-reverse"
        label="Least similar"
        checked={options.reverse}
        onChange={(reverse) => search.change({ reverse })}
        toggle
      />
      {left && (
        <Stack direction="row" useFlexGap flexWrap="wrap" alignItems="center" spacing={0.5}>
          <Typography variant="caption" color="text.secondary">
            The grid shows the results of another search.
          </Typography>
          <ClearButton search={search} />
        </Stack>
      )}
    </Stack>
  );
}
