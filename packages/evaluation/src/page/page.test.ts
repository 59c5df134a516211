import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lettered, type EvaluationQuestion } from "../question.js";
import type { JudgedAnswer } from "../score.js";
import { temporaryFolder } from "../testing.js";
import { answersPage } from "./page.js";

const executable = process.env.CHROMIUM ?? "/usr/bin/chromium";
const present = existsSync(executable);
if (!present) console.log(`skipped: there is no Chromium at ${executable}; install it or set CHROMIUM`);

const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAQAAAACCAMAAABIdo1RAAAAA1BMVEX/AAAZ4gk3AAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAC0lEQVQImWNggAEAAAoAAWeL7ekAAAAASUVORK5CYII=", "base64");
const hostile = '</script><img src=x onerror="document.title=1">';

function questionsIn(folder: string): EvaluationQuestion[] {
  writeFileSync(join(folder, "picture.png"), png);
  return Array.from({ length: 120 }, (_, index) => ({ id: `q${index}`, prompt: index === 3 ? hostile : `How long is side ${index}?`, image: index % 2 === 0 ? join(folder, "picture.png") : null, choices: lettered(["1", "2"]), gold: "A", categories: [index < 60 ? "length" : "angle"], group: `q${index}` }));
}

const answersOf = (questions: readonly EvaluationQuestion[], right: (index: number) => boolean): JudgedAnswer[] =>
  questions.map(({ id, gold, categories, group }, index) => ({ id, gold, categories, group, outcome: right(index) ? "right" : index === 3 ? "unreadable" : "wrong", extracted: right(index) ? "A" : "B", reason: "by letter", response: index === 3 ? hostile : "Answer" }));

describe.skipIf(!present)("the page of answers, in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executable, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
  });
  afterAll(() => browser?.close());

  async function open(html: string): Promise<{ page: Page; errors: string[] }> {
    const file = join(temporaryFolder(), "answers.html");
    writeFileSync(file, html);
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("request", (request) => {
      if (!/^(?:file|data):/.test(request.url())) errors.push(`asks for ${request.url()}`);
    });
    await page.goto(pathToFileURL(file).href);
    return { page, errors };
  }
  const countOf = (page: Page) => page.locator("#count").textContent();

  it("shows, filters, searches and sorts the answers of a run", async () => {
    const questions = questionsIn(temporaryFolder());
    const { page, errors } = await open(await answersPage({ title: "A < B", questions, runs: [{ name: "model", answers: answersOf(questions, (index) => index % 3 === 0 && index !== 3) }] }));
    expect(await page.title()).toBe("A < B");
    expect(await countOf(page)).toBe("120 of 120 questions; model: 39 right");
    expect(await page.locator("#rows tr").count()).toBe(50);
    await page.click("#more");
    expect(await page.locator("#rows tr").count()).toBe(120);
    const width = await page.locator("#rows img").first().evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth);
    expect(width).toBe(4);

    await page.selectOption("#outcome", "unreadable");
    expect(await countOf(page)).toBe("1 of 120 questions; model: 0 right");
    expect(await page.locator("#rows pre").first().textContent()).toBe(hostile);
    expect(await page.title()).toBe("A < B");
    await page.selectOption("#outcome", "all");
    await page.selectOption("#category", "angle");
    expect(await countOf(page)).toMatch(/^60 of 120/);
    await page.fill("#search", "side 77?");
    expect(await countOf(page)).toMatch(/^1 of 120/);
    await page.fill("#search", "");
    await page.click("th button:has-text('question')");
    await page.click("th button:has-text('question')");
    expect(await page.locator("#rows strong").first().textContent()).toBe("q119");
    expect(errors).toEqual([]);
    await page.close();
  });

  it("shows only the disagreements of two runs", async () => {
    const questions = questionsIn(temporaryFolder());
    const runs = [
      { name: "first", answers: answersOf(questions, (index) => index < 100) },
      { name: "second", answers: answersOf(questions, (index) => index < 90) },
    ];
    const { page, errors } = await open(await answersPage({ title: "two", questions, runs }));
    await page.check("#disagree");
    expect(await countOf(page)).toBe("10 of 120 questions; first: 10 right; second: 0 right");
    await page.selectOption("[id='outcome of second']", "right");
    expect(await countOf(page)).toMatch(/^0 of 120/);
    expect(errors).toEqual([]);
    await page.close();
  });
});
