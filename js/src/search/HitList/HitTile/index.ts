export * from "./HitTile";
