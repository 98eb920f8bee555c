export * from "./HitList";
