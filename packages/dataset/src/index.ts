export * from "./input-error.js";
export * from "./record.js";
export * from "./scene.js";
