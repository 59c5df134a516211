import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readmePrograms, runProgram } from "./readme.mjs";

/** Declares one test for each runnable block of the README in `folder`, run against the built package as a user would. */
export function testReadme(folder) {
  describe("README", () => {
    const programs = readmePrograms(join(folder, "README.md"));
    it("has an example that runs", () => {
      expect(programs.length).toBeGreaterThan(0);
      expect(existsSync(join(folder, "dist", "index.js")), "the package is not built: run `pnpm build` first").toBe(true);
    });
    for (const { line, source } of programs) it(`line ${line} runs`, { timeout: 150_000 }, () => void runProgram(source, folder));
  });
}
