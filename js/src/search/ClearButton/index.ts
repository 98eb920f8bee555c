export { ClearButton } from "./ClearButton";
