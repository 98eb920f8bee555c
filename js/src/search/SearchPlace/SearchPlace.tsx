import { Stack } from "@mui/material";
import type { Index, OtherIndex } from "../../shared/api";
import { Empty } from "../../shared/Empty";
import { FilledButton } from "../../shared/FilledButton";
import { NoIndexYet } from "../../shared/NoIndexYet";
import { Problem } from "../../shared/Problem";
import { Composer } from "../Composer";
import { Found } from "../Found";
import { HistoryFold } from "../HistoryFold";
import { MoreOptions } from "../options/MoreOptions";
import { Scope } from "../options/Scope";
import { useSearch } from "../useSearch";

interface Props {
  dataset: string;
  index: Index | undefined;
  indexes: Index[];
  others: OtherIndex[];
  samples: number;
  onIndex: (brain_key: string) => void;
  onMakeIndex: () => void;
}

export function SearchPlace({ index, others, onMakeIndex, ...props }: Props) {
  if (!index) return <NoIndex others={others} onMakeIndex={onMakeIndex} />;
  return <Search index={index} {...props} />;
}

function Search(props: Omit<Props, "onMakeIndex" | "others" | "index"> & { index: Index }) {
  const { index, indexes, samples } = props;
  const search = useSearch(props);
  return (
    <>
      <Composer search={search} index={index} />
      <Scope search={search} index={index} samples={samples} />
      <Stack direction="row" flexWrap="wrap">
        <MoreOptions search={search} index={index} indexes={indexes} />
        <HistoryFold search={search} />
      </Stack>
      <Problem message={search.problem} />
      {search.found ? <Found search={search} found={search.found} index={index} /> : <Hint index={index} />}
    </>
  );
}

function Hint({ index }: { index: Index }) {
  return <Empty name="milvus-hint" icon="image_search" title="What are you looking for?" text={ways(index)} />;
}

/** How an index can be searched. */
function ways({ supports_prompts, model }: Index): string {
  const describe = supports_prompts ? "Describe it, or select" : "Select";
  const select = `${describe} samples or patches in the grid that look like it (with Alt: unlike it). Then press Enter.`;
  return model ? `${select} You can also drop an image file here.` : select;
}

function NoIndex({ others, onMakeIndex }: Pick<Props, "others" | "onMakeIndex">) {
  return (
    <NoIndexYet name="milvus-no-index" title={others.length > 0 ? "No Milvus index yet" : "No index to search yet"} others={others}>
      <FilledButton data-cy="milvus-make-index" onClick={onMakeIndex}>
        Make an index
      </FilledButton>
    </NoIndexYet>
  );
}
