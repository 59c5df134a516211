export { loadRunConfig, type RunConfig, runConfigSchema } from "./config.js";
export { presets } from "./presets.js";
export { type Report, reportSchema } from "./report/report.js";
export { writeReport } from "./report/write-report.js";
export { runStages, type StageWork } from "./run.js";
export type { Progress, Stage, StageContext } from "./stage.js";
export { stages } from "./stages/index.js";
export type { Published } from "./store/store.js";
