import { en } from "./en";
export const table = en;
