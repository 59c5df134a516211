import { defineConfig } from "tsup";

/** The build of every published package: ESM for Node with declarations, one file an entry. */
export function definePackage({ entry = ["src/index.ts"], ...rest } = {}) {
  return defineConfig({ entry, format: ["esm"], dts: true, clean: true, sourcemap: true, target: "node22", platform: "node", splitting: true, treeshake: true, ...rest });
}
