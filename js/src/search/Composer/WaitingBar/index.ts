export * from "./WaitingBar";
