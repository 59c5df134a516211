import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const packages = ["dataset", "diagram", "negatives", "engine", "mmclip", "mmgeolm", "evaluation"];
const sourceOf = (name) => fileURLToPath(new URL(`../../packages/${name}/src/index.ts`, import.meta.url));

/** The test configuration of every package. Sibling packages resolve to their sources, so a test never sees a stale build. */
export function defineTests(name, test = {}) {
  return defineConfig({
    resolve: { alias: packages.map((sibling) => ({ find: new RegExp(`^@mmgeo/${sibling}$`), replacement: sourceOf(sibling) })) },
    test: {
      name,
      // The native TensorFlow addon lives once in a process, so files run in processes and not in threads.
      pool: "forks",
      include: ["src/**/*.test.ts"],
      testTimeout: 60_000,
      hookTimeout: 120_000,
      ...test,
    },
  });
}
