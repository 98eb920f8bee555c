import type { InputHTMLAttributes } from "react";

/** `inputProps` that put the browser tests' name on the element itself. */
export function cy(
  name: string,
  props: InputHTMLAttributes<HTMLInputElement> = {},
): InputHTMLAttributes<HTMLInputElement> {
  return { ...props, ...{ "data-cy": name } };
}
