import { definePackage } from "@mmgeo/config/tsup";

export default definePackage({
  entry: { index: "src/index.ts", cli: "src/cli.ts", "task-thread": "src/executor/task-thread.ts", "train-process": "src/training/train-process.ts" },
  dts: { entry: { index: "src/index.ts" } },
  // `node:sqlite` has no name without the prefix.
  removeNodeProtocol: false,
});
