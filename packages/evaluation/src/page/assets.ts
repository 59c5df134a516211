/** The look of the page of answers. */
export const pageStyle = `
:root { color-scheme: light dark; font-family: system-ui, sans-serif; }
body { margin: 1.5rem; max-width: 90rem; }
h1 { font-size: 1.3rem; }
#controls { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; }
#controls label { display: inline-flex; gap: .3rem; align-items: center; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; position: sticky; top: 0; background: Canvas; }
th button { all: unset; cursor: pointer; font-weight: bold; }
th button:focus-visible { outline: 2px solid; outline-offset: 2px; }
#search { width: 22rem; max-width: 100%; }
th, td { padding: .5rem; border-bottom: 1px solid #8884; vertical-align: top; }
td.picture img { max-width: 14rem; max-height: 10rem; background: white; }
pre { white-space: pre-wrap; margin: 0; max-height: 14rem; overflow: auto; font: inherit; max-width: 38rem; }
.right { color: #187a2f; } .wrong { color: #b3261e; } .unreadable, .missing { color: #8a5a00; }
@media (prefers-color-scheme: dark) { .right { color: #7bd88f; } .wrong { color: #ff8a80; } .unreadable, .missing { color: #ffc766; } }
.reason { opacity: .75; font-size: .85em; }
@media (max-width: 45rem) {
  body { margin: .75rem; }
  thead { position: sticky; top: 0; background: Canvas; }
  tr { display: block; border-bottom: 1px solid #8884; }
  thead tr { display: flex; gap: 1rem; }
  th { position: static; }
  th, td { display: block; border: 0; padding: .25rem 0; }
  td[data-name]::before { content: attr(data-name); display: block; font-size: .75em; opacity: .75; }
}
`;

/** The behaviour of the page: every text goes in as text, never as markup. */
export const pageScript = `
"use strict";
const { runs, rows } = JSON.parse(document.getElementById("data").textContent);
const element = (name, properties, ...children) => { const made = Object.assign(document.createElement(name), properties); made.append(...children); return made; };
const controls = document.getElementById("controls");
const select = (name, values) => {
  const box = element("select", { id: name }, ...values.map((value) => element("option", { value, textContent: value })));
  controls.append(element("label", {}, name, box));
  box.addEventListener("change", show);
  return box;
};
const outcomes = runs.map((run) => select(runs.length === 1 ? "outcome" : "outcome of " + run, ["all", "right", "wrong", "unreadable", "missing"]));
const category = select("category", ["all", ...new Set(rows.flatMap((row) => row.categories))]);
const text = element("input", { id: "search", type: "search", placeholder: "text in the question or the response" });
text.addEventListener("input", show);
controls.append(text);
const disagree = element("input", { id: "disagree", type: "checkbox" });
if (runs.length > 1) {
  controls.append(element("label", {}, disagree, "only disagreements"));
  disagree.addEventListener("change", show);
}
let sortBy = null;
let descending = false;
let limit = 50;
const hasPictures = rows.some((row) => row.image !== null);
const columns = [["question", (row) => row.id], ...(hasPictures ? [["picture", null]] : []), ["gold", (row) => row.gold], ...runs.map((run, index) => [run, (row) => row.answers[index].outcome])];
for (const [name, key] of columns) {
  const head = element("th", { scope: "col" });
  document.getElementById("heads").append(head);
  if (!key) { head.append(name); continue; }
  const button = element("button", { type: "button", textContent: name, title: "sort by " + name });
  button.addEventListener("click", () => {
    descending = sortBy === key && !descending;
    sortBy = key;
    for (const other of document.querySelectorAll("#heads th")) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    show();
  });
  head.append(button);
}
/** A cell that says what it holds where there is no room for heads. */
const named = (name, ...children) => { const cell = element("td", {}, ...children); cell.dataset.name = name; return cell; };
const compare = new Intl.Collator("en", { numeric: true }).compare;
function matching() {
  const wanted = text.value.toLowerCase();
  const found = rows.filter((row) =>
    outcomes.every((box, index) => box.value === "all" || row.answers[index].outcome === box.value) &&
    (category.value === "all" || row.categories.includes(category.value)) &&
    (!disagree.checked || new Set(row.answers.map((answer) => answer.outcome === "right")).size > 1) &&
    (wanted === "" || (row.id + " " + row.prompt + " " + row.answers.map((answer) => answer.response || "").join(" ")).toLowerCase().includes(wanted)));
  return sortBy === null ? found : found.sort((a, b) => (descending ? -1 : 1) * compare(sortBy(a), sortBy(b)));
}
function show() {
  const found = matching();
  document.getElementById("count").textContent = found.length + " of " + rows.length + " questions" + runs.map((run, index) => "; " + run + ": " + found.filter((row) => row.answers[index].outcome === "right").length + " right").join("");
  document.getElementById("rows").replaceChildren(...found.slice(0, limit).map((row) => element("tr", {},
    element("td", {}, element("strong", { textContent: row.id }), element("div", { className: "reason", textContent: row.categories.join(", ") }), element("pre", { textContent: row.prompt })),
    ...(hasPictures ? [element("td", { className: "picture" }, ...(row.image === null ? [] : [element("img", { src: row.image, alt: "picture of question " + row.id, loading: "lazy" })]))] : []),
    named("gold", row.gold),
    ...row.answers.map((answer, index) => named(runs[index],
      element("div", { className: answer.outcome, textContent: answer.outcome + (answer.extracted === null ? "" : ": " + answer.extracted) }),
      element("div", { className: "reason", textContent: answer.reason }),
      element("pre", { textContent: answer.response === null ? "" : answer.response }))))));
  document.getElementById("more").hidden = found.length <= limit;
}
document.getElementById("more").addEventListener("click", () => { limit += 200; show(); });
show();
`;
