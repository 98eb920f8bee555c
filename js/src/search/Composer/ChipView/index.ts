export * from "./ChipView";
