export * from "./HistoryList";
