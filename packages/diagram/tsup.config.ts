import { definePackage } from "@mmgeo/config/tsup";

// The worker is started as a file of its own; nobody imports it.
export default definePackage({ entry: { index: "src/index.ts", "build-worker": "src/build/build-worker.ts" }, dts: { entry: { index: "src/index.ts" } } });
