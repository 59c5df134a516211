import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "@mmgeo/dataset";
import { describe, expect, it } from "vitest";
import { loadEmbedder } from "./embedder.js";

const data = process.env["MMGEO_DATA"] ?? fileURLToPath(new URL("../../../../../shared/data", import.meta.url));
const reference = join(data, "minilm-reference");
const model = process.env["MMGEO_MINILM"] ?? "";

describe("loadEmbedder", () => {
  it("names what a folder lacks", async () => {
    const folder = await mkdtemp(join(tmpdir(), "embedder-"));
    await expect(loadEmbedder(folder)).rejects.toSatisfy(InputError.isInstance);
    await writeFile(join(folder, "config.json"), JSON.stringify({ model_type: "gpt2" }));
    await expect(loadEmbedder(folder)).rejects.toThrow(/config\.json.*model_type/);
  });

  const missing = [model === "" ? "MMGEO_MINILM (the folder of all-MiniLM-L6-v2) is not set" : null, existsSync(reference) ? null : `there is no ${reference}`].filter((reason) => reason !== null);
  it.skipIf(missing.length > 0)(`gives all-MiniLM-L6-v2's published ids and vectors${missing.length > 0 ? ` (skipped: ${missing.join(", ")})` : ""}`, async () => {
    const { cases } = JSON.parse(readFileSync(join(reference, "reference.json"), "utf8")) as { cases: { text: string; ids: number[]; first6: number[] }[] };
    const embedder = await loadEmbedder(model);
    const vectors = await embedder.embed(cases.map(({ text }) => text));
    cases.forEach(({ text, ids, first6 }, index) => {
      expect(embedder.tokenIds(text)).toEqual(ids);
      first6.forEach((value, place) => expect(Math.abs(vectors[index * embedder.width + place]! - value)).toBeLessThan(1e-5));
    });
    expect(embedder.tokenIds("word ".repeat(1000))).toHaveLength(embedder.maximumTokens);
    embedder.dispose();
  });
});
