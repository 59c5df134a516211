import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasBrowser, openBrowser, seriousProblems } from "../testing-browser.js";
import { renderPage } from "./page.js";
import { sampleManifest, sampleRecord, sampleReport, writeSamplePictures } from "./testing.js";
import { timingFile, timingText } from "./timing.js";

describe.skipIf(!hasBrowser)("the report, in Chromium", () => {
  let folder: string;
  let file: string;
  let browser: Browser;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "mmgeo-report-"));
    await writeSamplePictures(folder);
    file = join(folder, "report.html");
    await writeFile(file, await renderPage({ report: sampleReport, samples: { folder, records: [sampleRecord] }, manifests: [sampleManifest] }));
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open({ width, colorScheme }: { width: number; colorScheme: "light" | "dark" }): Promise<{ page: Page; problems: string[] }> {
    const page = await (await browser.newContext({ viewport: { width, height: 800 }, colorScheme })).newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => void problems.push(error.message));
    page.on("request", (request) => void (/^(?:file|data):/u.test(request.url()) || problems.push(`asks for ${request.url()}`)));
    await page.goto(pathToFileURL(file).href);
    return { page, problems };
  }
  const widthOf = (page: Page) => page.locator("html").evaluate((element) => (element as unknown as { scrollWidth: number }).scrollWidth);

  it.each([{ width: 1280, colorScheme: "light" }, { width: 390, colorScheme: "dark" }] as const)("has nothing that axe finds serious and needs no network, at $width px, $colorScheme", async (options) => {
    const { page, problems } = await open(options);
    expect(await seriousProblems(page)).toEqual([]);
    expect(await widthOf(page)).toBe(options.width);
    expect(problems).toEqual([]);
    await page.close();
  });

  it("shows the times that lie beside it, and prints black on white without its links", async () => {
    await writeFile(join(folder, timingFile), timingText({ stages: [{ stage: "encoder", seconds: 75 }], training: [{ part: "encoder", steps: 20, examplesPerSecond: 12.5, operationsPerSecond: 3e11, waitingShare: 0.01 }] }));
    const { page, problems } = await open({ width: 1280, colorScheme: "dark" });
    expect(await page.locator("#timing").textContent()).toContain("12.5");
    expect(await seriousProblems(page)).toEqual([]);
    await page.emulateMedia({ media: "print" });
    expect(await page.locator("nav").isVisible()).toBe(false);
    const colour = await page.locator("main").evaluate((element) => {
      const { getComputedStyle } = globalThis as unknown as { getComputedStyle: (element: unknown) => { color: string } };
      return getComputedStyle(element).color;
    });
    expect(colour).toBe("rgb(29, 31, 36)");
    expect(problems).toEqual([]);
    await page.close();
  });

  it("is reached by keyboard alone", async () => {
    const { page } = await open({ width: 1280, colorScheme: "light" });
    await page.keyboard.press("Tab");
    expect(await page.locator(":focus").textContent()).toBe("To the content");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(new URL(page.url()).hash).toBe("#data");
    await page.close();
  });
});
