import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasBrowser, openBrowser, seriousProblems } from "../testing-browser.js";
import { pairKinds, type ReviewItem, sampleItems } from "./items.js";
import { type ReviewServer, serveReview } from "./server.js";
import { openReview, type ReviewState } from "./state.js";
import { tinyDataset } from "./testing.js";

describe.skipIf(!hasBrowser)("the page of a review, in Chromium", () => {
  let folder: string;
  let items: ReviewItem[];
  let state: ReviewState;
  let server: ReviewServer;
  let browser: Browser;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "mmgeo-review-page-"));
    await tinyDataset({ folder, count: 6 });
    items = await sampleItems({ folder, count: 8, kinds: pairKinds, seed: 1 });
    state = await openReview({ file: join(folder, "state.sqlite"), items });
    server = await serveReview({ folder, state, title: "tiny", token: "secret" });
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    state?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function begin(name: string, options: { colorScheme?: "light" | "dark" } = {}): Promise<{ page: Page; problems: string[] }> {
    const page = await (await browser.newContext({ ...options, viewport: { width: 900, height: 700 } })).newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => void problems.push(error.message));
    page.on("console", (message) => void (message.type() === "error" && problems.push(message.text())));
    await page.goto(server.url);
    await page.fill("#name", name);
    await page.click("#name-form button");
    await page.waitForSelector("#judging:not([hidden])");
    return { page, problems };
  }
  const judgedBy = (name: string) => state.judgements().filter(({ annotator }) => annotator === name);
  const whenShown = (page: Page, position: number) => page.locator("#who", { hasText: `pair ${position + 1} of` }).waitFor();
  const press = async (page: Page, fits: boolean, next: number | null) => {
    await page.keyboard.press(fits ? "1" : "2");
    if (next === null) await page.waitForSelector("#results:not([hidden])");
    else await whenShown(page, next);
  };

  it("is judged by keys and by clicks, undone, left and taken up again", async () => {
    const { page, problems } = await begin("Ada");
    expect(new URL(page.url()).search).toBe("");
    await whenShown(page, 0);
    expect(await page.locator("#caption").textContent()).toBe(items[0]!.caption);
    await expect.poll(() => page.locator("#picture").evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth)).toBe(4);
    await press(page, true, 1);
    await page.click("#not");
    await whenShown(page, 2);
    expect(judgedBy("Ada")).toMatchObject([{ position: 0, fits: true }, { position: 1, fits: false }]);
    await page.keyboard.press("u");
    await whenShown(page, 1);
    expect(judgedBy("Ada")).toMatchObject([{ position: 0, fits: true }]);
    await page.keyboard.press("ArrowLeft");
    await whenShown(page, 0);
    expect(await page.locator("#fits").getAttribute("aria-pressed")).toBe("true");

    await page.reload();
    expect(await page.inputValue("#name")).toBe("Ada");
    await page.click("#name-form button");
    await whenShown(page, 1);
    for (let position = 1; position < items.length; position += 1) await press(page, items[position]!.fits, position + 1 < items.length ? position + 1 : null);
    expect(judgedBy("Ada").map(({ position, fits }) => fits === items[position]!.fits)).toEqual([...Array(8).keys()].map((position) => position > 0 || items[0]!.fits));
    expect(problems).toEqual([]);
    await page.close();
  });

  it("ends with the agreement of all, for any number of people, and axe finds nothing serious", async () => {
    for (const [name, colorScheme] of [["Bo", "dark"], ["Cy", "light"]] as const) {
      const { page, problems } = await begin(name, { colorScheme });
      expect(await seriousProblems(page)).toEqual([]);
      // Bo takes every pair for true.
      for (const [position, { fits }] of items.entries()) await press(page, name === "Bo" || fits, position + 1 < items.length ? position + 1 : null);
      expect(await seriousProblems(page)).toEqual([]);
      const results = (await page.locator("#results").textContent())!;
      expect(results).toContain("Ada and Bo (Cohen)");
      if (name === "Cy") expect(results).toContain("all 3 (Fleiss)");
      expect(await page.locator("#results article").count()).toBe(6 + Number(!items[0]!.fits));
      const download = page.waitForEvent("download");
      await page.click("#results a");
      expect((await download).suggestedFilename()).toBe("judgements.csv");
      expect(problems).toEqual([]);
      await page.close();
    }
  });

  it("says so when a judgement cannot be kept, and stays where it is", async () => {
    const { page } = await begin("Di");
    await whenShown(page, 0);
    await page.route("**/judgements", (route) => route.abort());
    await page.keyboard.press("1");
    await page.locator("#problem", { hasText: "Not kept" }).waitFor();
    expect(await page.locator("#caption").textContent()).toBe(items[0]!.caption);
    expect(judgedBy("Di")).toEqual([]);
    await page.close();
  });
});
