import { html, Html } from "./html.js";
import { style } from "./style.js";

/** A self-contained page in the look that all pages of this package share. */
export function pageShell({ title, body }: { title: string; body: Html }): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><title>${title}</title><style>${new Html(style)}</style></head>
<body><a class="skip" href="#content">To the content</a>
<main id="content">
${body}
</main></body></html>
`.text;
}

export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
export const percentRange = ([low, high]: readonly [number, number]): string => `${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)} %`;

/** What the sets of candidates are called on pages. */
export const setTitles = {
  random: "random captions",
  retrieval: "similar captions",
  rule: "edited captions",
  image: "redrawn pictures",
  questions: "held-out questions",
} as const;
