import { definePackage } from "@mmgeo/config/tsup";

export default definePackage({ entry: ["src/index.ts", "src/cli.ts"] });
