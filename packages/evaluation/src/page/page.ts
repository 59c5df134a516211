import { readFile, stat } from "node:fs/promises";
import { extname } from "node:path";
import type { EvaluationQuestion } from "../question.js";
import type { JudgedAnswer } from "../score.js";
import { pageScript, pageStyle } from "./assets.js";

/** Pictures are put into the page up to this many bytes in all; the rest are linked by their paths. */
const maximumEmbeddedBytes = 40 * 1024 * 1024;
const mediaTypes = new Map([[".png", "image/png"], [".jpg", "image/jpeg"], [".jpeg", "image/jpeg"], [".gif", "image/gif"], [".webp", "image/webp"]]);

/** One row of the page's table, as its script reads it. */
interface Row {
  id: string;
  prompt: string;
  gold: string;
  categories: string[];
  image: string | null;
  answers: { outcome: string; extracted: string | null; reason: string; response: string | null }[];
}

const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** JSON that may stand inside a script element: no `</script>` and no comment can begin in it. */
const scriptJson = (value: unknown) => JSON.stringify(value).replace(/</g, "\\u003c").replace(/\u2028/g, "\\u2028").replace(/\u2029/g, "\\u2029");

async function embeddedImages(questions: readonly EvaluationQuestion[]): Promise<(string | null)[]> {
  let left = maximumEmbeddedBytes;
  const embedded = new Map<string, string>();
  const images: (string | null)[] = [];
  for (const { image } of questions) {
    if (image === null) {
      images.push(null);
      continue;
    }
    const size = embedded.has(image) ? 0 : ((await stat(image).catch(() => null))?.size ?? null);
    const type = mediaTypes.get(extname(image).toLowerCase());
    if (size === null || type === undefined || size > left) images.push(image);
    else {
      left -= size;
      const url = embedded.get(image) ?? `data:${type};base64,${(await readFile(image)).toString("base64")}`;
      embedded.set(image, url);
      images.push(url);
    }
  }
  return images;
}

/**
 * A page, complete in itself, in which a person sorts and filters answers with their pictures, sees what was read from each and why,
 * and, with two runs, looks only at the questions on which they disagree.
 */
export async function answersPage({ title, questions, runs }: { title: string; questions: readonly EvaluationQuestion[]; runs: readonly { name: string; answers: readonly JudgedAnswer[] }[] }): Promise<string> {
  const images = await embeddedImages(questions);
  const byId = runs.map(({ answers }) => new Map(answers.map((answer) => [answer.id, answer])));
  const rows = questions.map(({ id, prompt, gold, categories }, index): Row => ({
    id,
    prompt,
    gold,
    categories,
    image: images[index] ?? null,
    answers: byId.map((answers) => {
      const answer = answers.get(id);
      return { outcome: answer?.outcome ?? "missing", extracted: answer?.extracted ?? null, reason: answer?.reason ?? "", response: answer?.response ?? null };
    }),
  }));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${pageStyle}</style>
<h1>${escapeHtml(title)}</h1>
<div id="controls"></div>
<p id="count" role="status"></p>
<table><thead><tr id="heads"></tr></thead><tbody id="rows"></tbody></table>
<button id="more" type="button">Show more</button>
<script type="application/json" id="data">${scriptJson({ runs: runs.map(({ name }) => name), rows })}</script>
<script>${pageScript}</script>
</html>
`;
}
