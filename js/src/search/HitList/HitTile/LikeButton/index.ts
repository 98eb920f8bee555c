export * from "./LikeButton";
