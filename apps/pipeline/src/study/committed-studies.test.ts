import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadStudy } from "./study-config.js";

const folder = fileURLToPath(new URL("../../../../docs/studies/", import.meta.url));

describe("the studies of docs/studies", () => {
  it.each(readdirSync(folder).filter((name) => name.endsWith(".json")))("%s can be run as it stands", async (name) => {
    const { variants, comparisons } = await loadStudy(join(folder, name));
    expect(variants.length).toBeGreaterThan(0);
    expect(comparisons.length).toBeGreaterThan(0);
  });
});
