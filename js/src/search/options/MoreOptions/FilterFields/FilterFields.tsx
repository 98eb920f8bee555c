import { TextField } from "@mui/material";
import type { Index } from "../../../../shared/api";
import { Choice } from "../../../../shared/Choice";
import { cy } from "../../../../shared/cy";
import type { Search } from "../../../useSearch";
import { whereProblem } from "../../where";

const YES_NO = [
  { value: "", label: "–" },
  { value: "yes", label: "yes" },
  { value: "no", label: "no" },
];

/** One input for each field that Milvus keeps beside the index's vectors. */
export function FilterFields({ search, index }: { search: Search; index: Index }) {
  const { where } = search.draft.options;
  const change = (name: string, typed: string) =>
    search.change({ where: { ...where, [name]: typed } });
  return index.filter_fields.map((field) => {
    const { name, kind } = field;
    const typed = where[name] ?? "";
    const shared = { label: `Where ${name} is`, value: typed };
    if (kind === "boolean")
      return (
        <Choice
          key={name}
          {...shared}
          name={`milvus-where-${name}`}
          options={YES_NO}
          onChange={(value) => change(name, value)}
        />
      );
    const problem = whereProblem(field, typed);
    return (
      <TextField
        key={name}
        {...shared}
        size="small"
        placeholder={kind === "number" ? "0.5..2" : "one, or another"}
        error={problem !== null}
        helperText={problem}
        InputLabelProps={{ shrink: true }}
        inputProps={cy(`milvus-where-${name}`, { autoComplete: "off" })}
        onChange={(event) => change(name, event.target.value)}
      />
    );
  });
}
