export * from "./Facts";
