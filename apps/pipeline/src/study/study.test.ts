import { describe, expect, it } from "vitest";
import { hasBrowser, openBrowser, seriousProblems } from "../testing-browser.js";
import { completeStudy, studyConfigSchema } from "./study-config.js";
import { studyMarkdown, studyPage } from "./study-page.js";
import { studySvg } from "./study-svg.js";
import { tabulate } from "./table.js";
import type { Cell } from "./cell.js";

const studyOf = (config: object) => completeStudy(studyConfigSchema.parse({ title: "t", variants: [{ name: "a" }], ...config }));

describe("a study's configuration", () => {
  it("tries each variant with every combination of the grid and every seed", () => {
    const { variants } = studyOf({ seeds: [3, 4], variants: [{ name: "a" }, { name: "b", over: { encoder: { steps: 0 } } }], grid: { "captions.retrieval": [5, 10], "encoder.recipe.loss": ["softmax", "sigmoid"] } });
    expect(variants).toHaveLength(8);
    expect(variants[6]!.name).toBe("b, captions.retrieval 10, encoder.recipe.loss softmax");
    expect(variants[6]!.configs.map(({ captions, encoder: { steps, seed, recipe } }) => ({ retrieval: captions.retrieval, steps, seed, recipe }))).toEqual([3, 4].map((seed) => ({ retrieval: 10, steps: 0, seed, recipe: { loss: "softmax" } })));
  });

  it("refuses what cannot be meant", () => {
    expect(() => studyOf({ variants: [{ name: "a" }, { name: "a" }] })).toThrow(/same name/);
    expect(() => studyOf({ comparisons: [{ better: "a", worse: "c", set: "image" }] })).toThrow(/no variant is called "c"/);
    expect(() => studyOf({ comparisons: [{ better: "a", worse: "a", set: "questions" }] })).toThrow(/languageModel/);
    expect(() => studyOf({ grid: { "captions.retreival": [5] } })).toThrow(/did you mean "retrieval"/);
    expect(() => studyOf({ grid: { "encoder.steps": Array.from({ length: 50 }, (_, index) => index), "captions.rule": Array.from({ length: 50 }, (_, index) => index + 1) } })).toThrow(/combinations/);
  });
});

describe("tabulate", () => {
  const study = studyOf({ seeds: [1, 2], variants: [{ name: "good" }, { name: "bad" }], comparisons: [{ better: "good", worse: "bad", set: "image" }, { better: "bad", worse: "good", set: "image" }] });
  // Of 100 samples, "good" has four of five right with either seed, "bad" every fourth.
  const cell = (variant: string, seed: number, right: (index: number) => boolean): Cell => ({
    variant,
    seed,
    outcomes: Array.from({ length: 100 }, (_, index) => ({ id: String(index), set: "image", right: right(index), chance: 0.25 })),
    provenance: [{ stage: "encoder", key: "k", digest: "d".repeat(64) }],
  });
  const cells = [cell("good", 1, (index) => index % 5 !== 0), cell("good", 2, (index) => index % 5 !== 1), cell("bad", 1, (index) => index % 4 === 0), cell("bad", 2, (index) => index % 4 === 1)];
  const report = tabulate({ study, cells });

  it("pools the seeds and keeps a sample's trainings together", () => {
    expect(report.figures[0]).toMatchObject({ variant: "good", set: "image", samples: 200, accuracy: 0.8, chance: 0.25, bySeed: [0.8, 0.8] });
    const [low, high] = report.figures[0]!.interval;
    expect(low).toBeGreaterThan(0.7);
    expect(high).toBeLessThan(0.87);
  });

  it("says of each claim of order whether it holds", () => {
    expect(report.comparisons.map(({ difference, holds, samples }) => [Number(difference.toFixed(3)), holds, samples])).toEqual([[0.55, true, 200], [-0.55, false, 200]]);
    expect(studyMarkdown(report)).toMatch(/\| bad above good \| redrawn pictures \| 200 \| −55\.0 \| .* \| no, the reverse does \|/);
  });

  it("makes a page with every figure", () => {
    const page = studyPage(report);
    expect(page).toContain("80.0 %");
    expect(page).toContain("<svg");
    expect(page).toContain("dddddddddddd");
  });

  it("makes a picture that stands by itself", () => {
    const picture = studySvg(report);
    expect(picture).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(picture).toContain("80.0 %");
    expect(picture).not.toContain("var(--");
  });

  it.skipIf(!hasBrowser)("makes a page in which axe finds nothing serious, on a phone", async () => {
    const browser = await openBrowser();
    const page = await browser.newPage({ viewport: { width: 390, height: 800 } });
    await page.setContent(studyPage(report));
    expect(await seriousProblems(page)).toEqual([]);
    await browser.close();
  });
});
