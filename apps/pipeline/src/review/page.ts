import { html, Html } from "../report/html.js";
import { pageShell } from "../report/shell.js";
import { script } from "./page-script.js";

const layout = `
main { max-width: 58rem; }
main.judging { padding-top: 1rem; }
header { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: .2rem 1.5rem; font-family: system-ui, sans-serif; }
header h1 { font-size: 1.25rem; margin: 0; }
#progress { width: 100%; height: .4rem; margin: .4rem 0 1.2rem; accent-color: var(--accent); }
#item { display: grid; grid-template-columns: minmax(14rem, 26rem) 1fr; gap: 1.6rem; align-items: start; }
#caption { font-size: 1.2rem; margin: 0 0 1.4rem; }
#picture { aspect-ratio: 1; object-fit: contain; }
button { font: 600 1rem/1.2 system-ui, sans-serif; color: inherit; background: var(--paper); border: 1px solid var(--faint); border-radius: .45rem; padding: .7rem 1rem; cursor: pointer; min-height: 2.8rem; }
button:hover { border-color: var(--accent); }
button:focus-visible, input:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
button[aria-pressed="true"] { border-color: var(--accent); box-shadow: inset 0 0 0 2px var(--accent); }
button:disabled { opacity: .5; cursor: default; }
kbd { font: 600 .8em/1.4 ui-monospace, monospace; border: 1px solid var(--rule); border-radius: .25rem; padding: 0 .35em; margin-right: .45em; color: var(--faint); }
.choices { display: grid; grid-template-columns: 1fr 1fr; gap: .7rem; }
.moves { display: flex; flex-wrap: wrap; gap: .6rem; margin-top: .9rem; }
.moves button { font-weight: 400; padding: .4rem .8rem; min-height: 2.4rem; }
input { font: 1.1rem/1.3 system-ui, sans-serif; padding: .55rem .7rem; border: 1px solid var(--faint); border-radius: .45rem; background: var(--paper); color: inherit; width: 100%; max-width: 22rem; }
form { display: grid; gap: .6rem; justify-items: start; }
#problem:not(:empty) { color: var(--bad); font-family: system-ui, sans-serif; }
#results:focus, #caption:focus { outline: none; }
.against { display: grid; grid-template-columns: 9rem minmax(0, 1fr); gap: 1rem; margin: .8rem 0; }
.against p { overflow-wrap: anywhere; }
[hidden] { display: none !important; }
@media (max-width: 40rem) { #item { grid-template-columns: 1fr; gap: 1rem; } #picture { max-width: 22rem; margin: 0 auto; } .against { grid-template-columns: 6rem minmax(0, 1fr); } }
`;

/** The page on which one annotator after the other judges, and at the end sees what came of it. It says nothing of what the dataset thinks until then. */
export function reviewPage(title: string): string {
  const body = html`<style>${new Html(layout)}</style>
<header><h1>${title}</h1><span id="who" class="faint"></span></header>
<p id="problem" role="alert"></p>
<section id="start">
<p>You will see pictures, each with a caption. Say of each whether <b>all</b> that the caption says is true of the picture. What is not drawn to scale may still be true: judge what the picture shows and what is written in it.</p>
<form id="name-form"><label for="name">Your name</label><input id="name" maxlength="60" required autocomplete="nickname"><button>Begin</button></form>
</section>
<section id="judging" hidden aria-label="Judging">
<progress id="progress" aria-label="Judged so far" value="0" max="1"></progress>
<div id="item"><img id="picture" alt="The picture to be judged"><div>
<p id="caption" tabindex="-1" aria-live="polite"></p>
<div class="choices"><button id="fits" aria-pressed="false"><kbd>1</kbd>True of it</button><button id="not" aria-pressed="false"><kbd>2</kbd>Not true</button></div>
<div class="moves"><button id="undo"><kbd>u</kbd>Undo</button><button id="back"><kbd>←</kbd>Back</button><button id="next"><kbd>→</kbd>Next</button></div>
</div></div>
</section>
<section id="results" hidden aria-label="Results" tabindex="-1"></section>
<script>${new Html(script)}</script>`;
  return pageShell({ title: `Review: ${title}`, body });
}
