export * from "./ScoreCut";
