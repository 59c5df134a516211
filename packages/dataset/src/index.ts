export * from "./image.js";
export * from "./input-error.js";
export { LineAppender } from "./line-appender.js";
export { maximumLineLength, readJsonLines, readLines, type Line } from "./lines.js";
export * from "./record.js";
export * from "./records.js";
export * from "./scene.js";
export * from "./validate.js";
export { writeFileAtomic } from "./write-file-atomic.js";
