import { Button } from "@mui/material";
import type { Limit } from "../api/contract";
import { EmptyState } from "../ui/EmptyState";
import { nameOf } from "./chips";
import { DEFAULT_OPTIONS, type OptionValues } from "./optionValues";
import { strings } from "./strings";
import type { ShownResult } from "./useSearch";

const { min_score, max_score, where, min_matches, exclude_query, scope } = DEFAULT_OPTIONS;

/** The options without each limit. */
const LOOSENED: Record<Limit, Partial<OptionValues>> = {
  score: { min_score, max_score },
  filter: { where },
  objects: { min_matches },
  exclude: { exclude_query },
  view: { scope },
};

interface Props {
  shown: ShownResult;
  onLoosen: (options: Partial<OptionValues>) => void;
}

/** What was asked for, what excluded it, and a search without that. */
export function NoResults({ shown, onLoosen }: Props) {
  const { reason, limits } = shown.result.empty ?? { reason: "", limits: [] };
  const query = shown.chips.map((chip) => (chip.negative ? strings.not(nameOf(chip)) : nameOf(chip))).join(", ");
  return (
    <EmptyState name="milvus-no-results" icon="search_off" title={strings.noResultsFor(query)} text={reason}>
      {limits.length > 0 && (
        <Button
          size="small"
          color="secondary"
          data-cy="milvus-loosen"
          onClick={() => onLoosen(Object.assign({}, ...limits.map((limit) => LOOSENED[limit])) as Partial<OptionValues>)}
        >
          {limits.length === 1 ? strings.loosen[limits[0]] : strings.loosenAll}
        </Button>
      )}
    </EmptyState>
  );
}
