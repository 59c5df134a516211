import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { html, type Html } from "./html.js";

/** What all pictures of a page may weigh, in bytes of their files: in base64 they are a third larger, and the page stays below 20 MB. */
const BUDGET = 14_000_000;

/** Embeds a picture into the page. */
export type Embed = (image: string, alternative: string) => Promise<Html>;

/** Embeds pictures of a folder as they are asked for, until the budget is spent; then it says that there was one. */
export function pictureEmbedder(folder: string, budget = BUDGET): Embed {
  let left = budget;
  return async (image, alternative) => {
    const data = await readFile(join(folder, image));
    if (data.length > left) return html`<p class="faint">(picture left out, to keep the page small: ${image})</p>`;
    left -= data.length;
    return html`<img alt="${alternative}" src="data:image/png;base64,${data.toString("base64")}">`;
  };
}
