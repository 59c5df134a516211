/** What the page of a review does in the browser. */
export const script = String.raw`
const element = (id) => document.getElementById(id);
const make = (name, properties = {}, ...children) => { const made = Object.assign(document.createElement(name), properties); made.append(...children); return made; };
const percent = (share) => (share * 100).toFixed(1) + " %";
const kinds = { positive: "captions of the picture", image: "redrawn pictures", rule: "edited captions", retrieval: "similar captions" };
let items = [], judged = new Map(), annotator = "", position = 0, busy = false;

async function ask(path, body) {
  const response = await fetch(path, body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const value = await response.json();
  if (!response.ok) throw new Error(value.error);
  return value;
}

// One action at a time, so that a key held down judges nothing twice; what fails is said and nothing moves.
async function act(work) {
  if (busy) return;
  busy = true;
  try { element("problem").textContent = ""; await work(); }
  catch (error) { element("problem").textContent = "Not kept: " + error.message + ". Try again."; }
  finally { busy = false; }
}

function show() {
  const item = items[position];
  // The picture before must not stand beside this caption while the next one is on its way.
  element("picture").removeAttribute("src");
  element("picture").src = "/picture?position=" + position;
  element("caption").textContent = item.caption;
  const said = judged.get(position);
  element("fits").setAttribute("aria-pressed", said === true);
  element("not").setAttribute("aria-pressed", said === false);
  element("back").disabled = position === 0;
  element("next").disabled = position === items.length - 1;
  element("undo").disabled = judged.size === 0;
  element("progress").max = items.length;
  element("progress").value = judged.size;
  element("who").textContent = annotator + ": pair " + (position + 1) + " of " + items.length + ", " + judged.size + " judged";
  if (position + 1 < items.length) new Image().src = "/picture?position=" + (position + 1);
}

async function judge(fits) {
  if (!element("picture").complete) return;
  await ask("/judgements", { annotator, position, fits });
  judged.set(position, fits);
  const later = items.findIndex((_, index) => index > position && !judged.has(index));
  const open = later >= 0 ? later : items.findIndex((_, index) => !judged.has(index));
  if (open < 0) return finish();
  position = open;
  show();
}

async function undo() {
  const { position: taken } = await ask("/undo", { annotator });
  if (taken === null) return;
  judged.delete(taken);
  position = taken;
  element("results").hidden = true;
  element("judging").hidden = false;
  show();
}

function move(by) {
  position = Math.max(0, Math.min(items.length - 1, position + by));
  show();
}

function table(head, rows) {
  return make("div", { className: "scroll", tabIndex: 0 }, make("table", {}, make("tr", {}, ...head.map((text) => make("th", { textContent: text, scope: "col" }))), ...rows.map((cells) => make("tr", {}, ...cells.map((text) => make("td", { textContent: text }))))));
}

async function finish() {
  const { agreement, against } = await ask("/results");
  const section = element("results");
  const kappa = (value) => value === null ? "not defined" : value.toFixed(2);
  section.replaceChildren(
    make("h2", { textContent: "All " + items.length + " judged. Thank you, " + annotator + "." }),
    make("h3", { textContent: "How often people say what the dataset says" }),
    table(["pairs", "judgements", "as the dataset", "95 % interval"], agreement.confirmed.map((one) => [kinds[one.kind], one.judgements, percent(one.confirmed / one.judgements), percent(one.interval[0]) + " to " + percent(one.interval[1])])),
  );
  if (agreement.cohen.length > 0) section.append(
    make("h3", { textContent: "Agreement of annotators" }),
    table(["annotators", "pairs", "agree", "kappa"], [
      ...agreement.cohen.map((one) => [one.first + " and " + one.second + " (Cohen)", one.items, percent(one.observed), kappa(one.kappa)]),
      ...(agreement.annotators.length > 2 ? [["all " + agreement.annotators.length + " (Fleiss)", agreement.fleiss.items, percent(agreement.fleiss.observed), kappa(agreement.fleiss.kappa)]] : []),
    ]),
  );
  section.append(
    make("h3", { textContent: against.length === 0 ? "Nobody said otherwise than the dataset." : against.length + (against.length === 1 ? " judgement is" : " judgements are") + " against the dataset" }),
    ...against.map((one) => make("article", { className: "against" }, make("img", { alt: "Picture of pair " + (one.position + 1), src: "/picture?position=" + one.position }), make("div", {},
      make("p", { textContent: one.caption }),
      make("p", { className: "faint", textContent: one.annotator + " finds it " + (one.fits ? "true" : "not true") + "; the dataset has it as " + (one.datasetFits ? "true" : "false" + (one.falseClaims.length === 0 ? "" : ": " + one.falseClaims.join("; "))) + " (" + one.record + ")" })))),
    make("p", {}, make("a", { href: "/judgements.csv", textContent: "All judgements as CSV" }), " · ", make("a", { href: "/judgements.jsonl", textContent: "as JSONL" })),
    make("div", { className: "moves" }, make("button", { textContent: "Look again", onclick: () => { section.hidden = true; element("judging").hidden = false; show(); } }), make("button", { textContent: "Another person", onclick: () => { localStorage.removeItem("annotator"); location.reload(); } })),
  );
  element("who").textContent = annotator;
  element("judging").hidden = true;
  section.hidden = false;
  section.focus();
}

async function begin(name) {
  annotator = name.trim();
  items = await ask("/items");
  judged = new Map((await ask("/judgements?annotator=" + encodeURIComponent(annotator))).map((one) => [one.position, one.fits]));
  localStorage.setItem("annotator", annotator);
  element("start").hidden = true;
  const open = items.findIndex((_, index) => !judged.has(index));
  if (open < 0) { position = items.length - 1; return finish(); }
  position = open;
  element("judging").hidden = false;
  show();
}

element("name-form").onsubmit = (event) => { event.preventDefault(); act(() => begin(element("name").value)); };
element("fits").onclick = () => act(() => judge(true));
element("not").onclick = () => act(() => judge(false));
element("undo").onclick = () => act(undo);
element("back").onclick = () => move(-1);
element("next").onclick = () => move(1);
document.onkeydown = (event) => {
  if (element("start").hidden === false || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  const judging = !element("judging").hidden;
  if (event.key === "u") act(undo);
  else if (!judging) return;
  else if (event.key === "1") act(() => judge(true));
  else if (event.key === "2") act(() => judge(false));
  else if (event.key === "ArrowLeft") move(-1);
  else if (event.key === "ArrowRight") move(1);
};
const known = localStorage.getItem("annotator");
if (known) { element("name").value = known; }
// The token is in a cookie by now; in the address it would be copied along.
if (location.search !== "") history.replaceState(null, "", "/");
`;
