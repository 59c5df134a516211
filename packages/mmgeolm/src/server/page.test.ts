import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { useNativeBackend } from "@mmgeo/engine";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generate } from "../generation/generate.js";
import { disposeModel, type Model } from "../model/model.js";
import { greyPng, tinyConversations, tinyModel } from "../testing.js";
import { type RunningServer, serve } from "./server.js";

const browserFile = "/usr/bin/chromium";
const available = existsSync(browserFile);
if (!available) console.log(`skipped: no Chromium at ${browserFile}; install it with your package manager`);

let folder = "";
let model: Model;
let server: RunningServer;
beforeAll(async () => {
  await useNativeBackend();
  folder = await mkdtemp(join(tmpdir(), "mmgeolm-page-"));
  await writeFile(join(folder, "white.png"), greyPng(255));
  model = { ...(await tinyModel(tinyConversations({ black: "", white: "", count: 4 }))), endTokens: [] };
  server = await serve({ model, maxNewTokens: 8 });
});
afterAll(async () => {
  await server.close({ graceSeconds: 1 });
  disposeModel(model);
  await rm(folder, { recursive: true, force: true });
});

describe.skipIf(!available)("the page", () => {
  it("takes a picture and a question, and shows the answer and where it looked", async () => {
    const browser = await chromium.launch({ executablePath: browserFile, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
    try {
      const page = await browser.newPage();
      const problems: string[] = [];
      page.on("console", (message) => void (message.type() === "error" && problems.push(message.text())));
      page.on("pageerror", (error) => void problems.push(error.message));
      await page.goto(server.url);
      await page.setInputFiles("#file", join(folder, "white.png"));
      await page.fill("#question", "Which color?");
      await page.click("#ask");
      await page.waitForSelector("#view canvas");
      const [expected] = await generate({ model, requests: [{ messages: [{ role: "user", text: "Which color?" }], images: [join(folder, "white.png")] }], maxNewTokens: 8 });
      expect(await page.locator("#answer").evaluate(({ textContent }) => textContent)).toBe(expected?.text);
      expect(await page.locator("#view canvas").getAttribute("width")).toBe("2");

      await page.fill("#question", "word ".repeat(3000));
      await page.click("#ask");
      await page.waitForSelector("#answer.error");
      expect(await page.locator("#answer").evaluate(({ textContent }) => textContent)).toMatch(/context is 1024/);
      // The browser itself reports the refusal; nothing else went wrong.
      expect(problems.filter((problem) => !problem.includes("400"))).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
