import type { Index } from "../api/contract";
import { SelectInput } from "../ui/SelectInput";
import { TextInput } from "../ui/TextInput";
import type { Search } from "./useSearch";
import { conditionProblem } from "./filterConditions";

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
        <SelectInput
          key={name}
          {...shared}
          name={`milvus-where-${name}`}
          options={YES_NO}
          onChange={(value) => change(name, value)}
        />
      );
    const problem = conditionProblem(field, typed);
    return (
      <TextInput
        key={name}
        {...shared}
        name={`milvus-where-${name}`}
        placeholder={kind === "number" ? "0.5..2" : "one, or another"}
        error={problem}
        onChange={(value) => change(name, value)}
      />
    );
  });
}
