import { MuiIconFont } from "@fiftyone/components";
import { IconButton, NativeSelect, Stack, Tooltip, Typography } from "@mui/material";
import type { Index } from "../api/contract";
import { useSelection } from "../hooks/appState";
import { readable } from "../ui/styles";
import { optionProblems, setOptions, type OptionValues } from "./optionValues";
import { strings } from "./strings";
import type { Search } from "./useSearch";
import { useViewCount } from "./useViewCount";

const NAME: object = { "data-cy": "milvus-scope" };

interface Props {
  search: Search;
  index: Index;
  /** the number of samples in the dataset; null until they are counted */
  samples: number | null;
}

const TAG = { border: 1, borderRadius: 4, height: 26, pl: 1, pr: 0.25, maxWidth: "100%" } as const;

/** What to search in, and the options that are set, each with a button that unsets it. */
export function ScopeInput({ search, index, samples }: Props) {
  const { options } = search.draft;
  const selected = useSelection().sampleIds.length;
  const inView = useViewCount(index, search.shown, search.busy);
  const whole = index.total ?? samples;
  const problems: Partial<Record<string, string>> = optionProblems(options, index);
  const scopes: { name: OptionValues["scope"]; label: string; off?: boolean }[] = [
    { name: "dataset", label: strings.dataset(whole) },
    { name: "view", label: strings.view(inView ? (inView.count ?? whole) : null) },
    { name: "selected", label: strings.selected(selected), off: selected === 0 },
  ];
  return (
    <Stack direction="row" useFlexGap flexWrap="wrap" alignItems="center" spacing={0.75} sx={{ flex: 1, minWidth: 0 }}>
      <NativeSelect
        value={options.scope}
        inputProps={{ "aria-label": strings.scope, ...NAME }}
        onChange={({ target }) => search.change({ scope: target.value as OptionValues["scope"] })}
        sx={{ fontSize: 13 }}
      >
        {scopes.map(({ name, label, off }) => (
          <option key={name} value={name} disabled={off && options.scope !== name} data-cy={`milvus-scope-${name}`}>
            {label}
          </option>
        ))}
      </NativeSelect>
      {setOptions(options, index).map(({ name, label, unset }) => (
        <Tooltip disableInteractive key={name} title={problems[name] ?? ""}>
          <Stack direction="row" alignItems="center" sx={{ ...TAG, borderColor: problems[name] ? readable("error") : "divider" }}>
            <Typography variant="caption" noWrap dir="auto" data-cy="milvus-set-option">
              {label}
            </Typography>
            <IconButton
              size="small"
              aria-label={strings.unset(label)}
              data-cy={`milvus-unset-${name}`}
              onClick={() => search.change(unset)}
              sx={{ p: 0.25 }}
            >
              <MuiIconFont name="close" sx={{ fontSize: 16 }} />
            </IconButton>
          </Stack>
        </Tooltip>
      ))}
      {inView?.showsResults && !search.shown && (
        <Typography variant="caption" color="text.secondary" data-cy="milvus-other-results">
          {strings.otherResults}
        </Typography>
      )}
    </Stack>
  );
}
