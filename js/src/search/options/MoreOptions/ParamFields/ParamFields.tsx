import type { Index } from "../../../../shared/api";
import { TextInput } from "../../../../shared/TextInput";
import type { Search } from "../../../useSearch";
import { paramProblem } from "../../values";

/** One input for each parameter that a search of the index can have. */
export function ParamFields({ search, index }: { search: Search; index: Index }) {
  const { search_params } = search.draft.options;
  return index.search_params.map((name) => {
    const typed = search_params[name] ?? "";
    const problem = paramProblem(typed);
    return (
      <TextInput
        key={name}
        numeric
        label={`Index parameter ${name}`}
        name={`milvus-param-${name}`}
        value={typed}
        placeholder="as usual"
        error={problem}
        onChange={(value) => search.change({ search_params: { ...search_params, [name]: value } })}
      />
    );
  });
}
