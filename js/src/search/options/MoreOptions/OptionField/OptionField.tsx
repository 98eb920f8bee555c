import { TextInput } from "../../../../shared/TextInput";
import type { Options, Problems } from "../../values";

interface Props {
  name: Exclude<keyof Options, "target" | "reverse" | "exclude_query" | "where" | "search_params">;
  label: string;
  numeric?: boolean;
  options: Options;
  problems: Problems;
  change: (part: Partial<Options>) => void;
}

/** An option that is typed. */
export function OptionField({ name, label, numeric, options, problems, change }: Props) {
  return (
    <TextInput
      label={label}
      name={`milvus-${name}`}
      numeric={numeric}
      value={options[name]}
      error={problems[name]}
      onChange={(value) => change({ [name]: value })}
    />
  );
}
