export * from "./Thumbnail";
