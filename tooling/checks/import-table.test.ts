import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** Which packages each may import. This is the one place where the layering is decided; docs/architecture.md explains it. */
const mayImport: Record<string, string[]> = {
  dataset: [],
  engine: [],
  diagram: ["dataset"],
  negatives: ["dataset", "diagram", "engine"],
  mmclip: ["dataset", "engine"],
  mmgeolm: ["dataset", "engine", "mmclip"],
  evaluation: ["dataset"],
};

const packages = fileURLToPath(new URL("../../packages/", import.meta.url));

function sourcesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => /\.(ts|mts|mjs)$/.test(file));
}

describe("imports between packages", () => {
  it("covers every package", () => {
    expect(readdirSync(packages).sort()).toEqual(Object.keys(mayImport).sort());
  });

  for (const [name, allowed] of Object.entries(mayImport)) {
    it(`${name} imports only ${allowed.join(", ") || "no sibling"}`, () => {
      const manifest = JSON.parse(readFileSync(join(packages, name, "package.json"), "utf8")) as { dependencies: Record<string, string> };
      const declared = Object.keys(manifest.dependencies).filter((dependency) => dependency.startsWith("@mmgeo/"));
      expect(declared.map((dependency) => dependency.slice("@mmgeo/".length)).sort()).toEqual(allowed.filter((sibling) => declared.includes(`@mmgeo/${sibling}`)).sort());

      const folder = join(packages, name, "src");
      const surplus: string[] = [];
      for (const file of sourcesOf(folder)) {
        for (const match of readFileSync(join(folder, file), "utf8").matchAll(/(?:from|import)\s*\(?\s*"(@mmgeo\/([a-z]+)[^"]*|(?:\.\.\/)+(?:packages|apps)\/[^"]*)"/g)) {
          const sibling = match[2];
          const isTestHelper = sibling === "config" && file.endsWith(".test.ts");
          // A program that a test runs in a process of its own names its package as a user does.
          const isItself = sibling === name && file.endsWith(".test.ts");
          if (sibling === undefined || !(allowed.includes(sibling) || isTestHelper || isItself)) surplus.push(`${file}: ${match[1]}`);
        }
      }
      expect(surplus).toEqual([]);
    });
  }
});
