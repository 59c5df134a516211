export type * from "./language/statement.js";
export type * from "./problem.js";
