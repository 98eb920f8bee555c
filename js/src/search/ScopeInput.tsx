import { Stack, ToggleButton, ToggleButtonGroup, Typography } from "@mui/material";
import type { Index } from "../api/contract";
import { useSelection } from "../hooks/appState";
import { CheckboxInput } from "../ui/CheckboxInput";
import { ClearButton } from "./ClearButton";
import type { OptionValues } from "./optionValues";
import { strings } from "./strings";
import type { Search } from "./useSearch";
import { useViewCount } from "./useViewCount";

/** In FiftyOne's light theme, what is disabled has the color of what isn't. */
const OFF = { color: "text.secondary", opacity: 0.6 };

interface Props {
  search: Search;
  index: Index;
  /** the number of samples in the dataset; null until they are counted */
  samples: number | null;
}

/** What to search in, and whether the most or the least similar come first. */
export function ScopeInput({ search, index, samples }: Props) {
  const { options } = search.draft;
  const selected = useSelection().sampleIds.length;
  const inView = useViewCount(index, search.shown, search.busy);
  const otherResults = inView?.showsResults && !search.shown;
  const whole = index.total ?? samples;
  const scopes: { name: OptionValues["scope"]; label: string; off?: boolean }[] = [
    { name: "dataset", label: strings.dataset(whole) },
    { name: "view", label: strings.view(inView ? (inView.count ?? whole) : null) },
    { name: "selected", label: strings.selected(selected), off: selected === 0 },
  ];
  return (
    <Stack direction="row" useFlexGap flexWrap="wrap" alignItems="center" sx={{ columnGap: 2, rowGap: 0.5 }}>
      <ToggleButtonGroup
        exclusive
        size="small"
        value={options.scope}
        aria-label={strings.scope}
        onChange={(_, scope: OptionValues["scope"] | null) => scope && search.change({ scope })}
      >
        {scopes.map(({ name, label, off }) => (
          <ToggleButton
            key={name}
            value={name}
            disabled={off && options.scope !== name}
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
