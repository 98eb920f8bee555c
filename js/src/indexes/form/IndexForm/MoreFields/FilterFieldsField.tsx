import { Autocomplete, TextField } from "@mui/material";
import { FIELD } from "../../../../shared/field";
import type { FieldProps } from "../fields";
import { filterFields } from "../../values";

/** Which fields Milvus keeps beside the vectors, so that a search can ask for some. */
export function FilterFieldsField({ form, values, change }: FieldProps) {
  return (
    <Autocomplete
      multiple
      size="small"
      options={filterFields(form, values.patches_field)}
      value={values.filter_fields}
      onChange={(_, filter_fields) => change({ filter_fields })}
      renderInput={(params) => (
        <TextField
          {...params}
          label="Fields to filter by"
          helperText="Searches can then ask for some of their values"
          InputLabelProps={{ ...params.InputLabelProps, ...FIELD.InputLabelProps }}
          inputProps={{ ...params.inputProps, "data-cy": "milvus-filter-fields" }}
        />
      )}
    />
  );
}
