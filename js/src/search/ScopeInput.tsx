import { Stack, ToggleButton, ToggleButtonGroup, Typography } from "@mui/material";
import type { Index } from "../api/contract";
import { CheckboxInput } from "../ui/CheckboxInput";
import { useSelection } from "../hooks/appState";
import type { Search } from "./useSearch";
import { ClearButton } from "./ClearButton";
import { useViewCount } from "./useViewCount";
import type { OptionValues } from "./optionValues";
import { strings } from "./strings";

/** In FiftyOne's light theme, what is disabled has the color of what isn't. */
const OFF = { color: "text.secondary", opacity: 0.6 };

interface Props {
  search: Search;
  index: Index;
  /** the number of samples in the dataset */
  samples: number;
}

/** What to search in, and whether the most or the least similar come first. */
export function ScopeInput({ search, index, samples }: Props) {
  const { options } = search.draft;
  const selected = useSelection().sampleIds.length;
  const inView = useViewCount(index, search.shown, search.busy);
  const otherResults = inView?.showsResults && !search.shown;
  const whole = index.total ?? samples;
  const scopes: { name: OptionValues["target"]; label: string; off?: boolean }[] = [
    { name: "dataset", label: strings.dataset(whole) },
    { name: "view", label: strings.view(inView ? (inView.count ?? whole) : null) },
    { name: "selected", label: strings.selected(selected), off: selected === 0 },
  ];
  return (
    <Stack direction="row" useFlexGap flexWrap="wrap" alignItems="center" sx={{ columnGap: 2, rowGap: 0.5 }}>
      <ToggleButtonGroup
        exclusive
        size="small"
        value={options.target}
        aria-label={strings.scope}
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
        label={strings.leastSimilar}
        checked={options.reverse}
        onChange={(reverse) => search.change({ reverse })}
        toggle
      />
      {otherResults && (
        <Stack direction="row" useFlexGap flexWrap="wrap" alignItems="center" spacing={0.5}>
          <Typography variant="caption" color="text.secondary">
            {strings.otherResults}
          </Typography>
          <ClearButton search={search} />
        </Stack>
      )}
    </Stack>
  );
}
