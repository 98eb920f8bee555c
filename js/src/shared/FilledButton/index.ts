export * from "./FilledButton";
