import { defineTests } from "@mmgeo/config/vitest";

export default defineTests("checks", { include: ["*.test.ts"] });
