import type { Index } from "../api/contract";
import { SelectInput } from "../ui/SelectInput";
import { TextInput } from "../ui/TextInput";
import { conditionProblem } from "./filterConditions";
import { strings } from "./strings";
import type { Search } from "./useSearch";

const YES_NO = [
  { value: "", label: strings.none },
  { value: "yes", label: strings.yes },
  { value: "no", label: strings.no },
];

/** An input for each field whose values the index stores. */
export function FilterFields({ search, index }: { search: Search; index: Index }) {
  const { where } = search.draft.options;
  const change = (name: string, typed: string) =>
    search.change({ where: { ...where, [name]: typed } });
  return index.filter_fields.map((field) => {
    const { name, kind } = field;
    const typed = where[name] ?? "";
    const shared = { label: strings.filter(name), value: typed };
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
        placeholder={kind === "number" ? strings.numberExample : strings.textExample}
        error={problem}
        onChange={(value) => change(name, value)}
      />
    );
  });
}
