import { TextField } from "@mui/material";
import type { Index } from "../../../../shared/api";
import { cy } from "../../../../shared/cy";
import type { Search } from "../../../useSearch";
import { paramProblem } from "../../values";

/** One input for each parameter that a search of the index can have. */
export function ParamFields({ search, index }: { search: Search; index: Index }) {
  const { search_params } = search.draft.options;
  return index.search_params.map((name) => {
    const typed = search_params[name] ?? "";
    const problem = paramProblem(typed);
    return (
      <TextField
        key={name}
        size="small"
        label={`Index parameter ${name}`}
        value={typed}
        placeholder="as usual"
        error={problem !== null}
        helperText={problem}
        InputLabelProps={{ shrink: true }}
        inputProps={cy(`milvus-param-${name}`, { inputMode: "numeric", autoComplete: "off" })}
        onChange={(event) =>
          search.change({ search_params: { ...search_params, [name]: event.target.value } })
        }
      />
    );
  });
}
