import { Choice } from "../../../../shared/Choice";
import type { FieldProps } from "../fields";

export function MetricField({ form, values, change }: Omit<FieldProps, "problems">) {
  return (
    <Choice
      label="Metric"
      name="milvus-metric"
      value={values.metric}
      options={form.metrics.map((metric) => ({ value: metric, label: metric }))}
      onChange={(metric) => change({ metric })}
    />
  );
}
