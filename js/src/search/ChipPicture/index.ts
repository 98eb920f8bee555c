export * from "./ChipPicture";
