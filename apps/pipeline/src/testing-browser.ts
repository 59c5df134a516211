import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";

const executable = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** Whether pages can be tested here. */
export const hasBrowser = existsSync(executable);
if (!hasBrowser) console.log(`skipped: there is no Chromium at ${executable}; install it or set CHROMIUM`);

export const openBrowser = (): Promise<Browser> => chromium.launch({ executablePath: executable, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });

/** What axe finds serious or critical on the page as it stands, one line each. */
export async function seriousProblems(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: createRequire(import.meta.url).resolve("axe-core/axe.min.js") });
  const { violations } = (await page.evaluate("axe.run({ resultTypes: ['violations'] })")) as AxeResults;
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`);
}
