export * from "./HistoryFold";
