import { defineTests } from "@mmgeo/config/vitest";

export default defineTests("evaluation");
