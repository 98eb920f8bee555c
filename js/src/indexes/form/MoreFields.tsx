import { MuiIconFont } from "@fiftyone/components";
import { Button, Checkbox, Collapse, FormControlLabel, Stack } from "@mui/material";
import { useId, useState } from "react";
import { Choice } from "../../shared/Choice";
import { cy } from "../../shared/cy";
import type { FieldProps } from "./fields";
import { Pair } from "./Pair";

const same = (value: string) => ({ value, label: value });

/** Where to run, and what few people change. */
export function MoreFields({ form, values, change }: Omit<FieldProps, "problems">) {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <Stack spacing={1} alignItems="flex-start">
      {form.can_delegate && (
        <FormControlLabel
          label="Run on a worker"
          slotProps={{ typography: { variant: "body2" } }}
          control={
            <Checkbox
              size="small"
              checked={values.delegate}
              inputProps={cy("milvus-delegate")}
              onChange={(event) => change({ delegate: event.target.checked })}
            />
          }
        />
      )}
      <Button
        size="small"
        color="secondary"
        data-cy="milvus-more"
        aria-expanded={open}
        aria-controls={id}
        startIcon={<MuiIconFont name={open ? "expand_less" : "expand_more"} />}
        onClick={() => setOpen(!open)}
      >
        More
      </Button>
      <Collapse in={open} id={id} sx={{ width: "100%" }}>
        <Pair>
          <Choice
            label="Consistency level"
            name="milvus-consistency"
            value={values.consistency_level}
            options={form.consistency_levels.map(same)}
            onChange={(consistency_level) => change({ consistency_level })}
          />
        </Pair>
      </Collapse>
    </Stack>
  );
}
