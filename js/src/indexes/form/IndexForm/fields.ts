import type { Form } from "../../../shared/api";
import type { Draft, Problems, Values } from "../values";

/** What each part of the form works on. */
export interface FieldProps {
  form: Form;
  values: Values;
  problems: Problems;
  change: (part: Draft) => void;
}
