export type * from "./language/statement.js";
