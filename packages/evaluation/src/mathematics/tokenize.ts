import { maximumExpressionLength, UnreadableError } from "./expression.js";

export type Token =
  | { type: "number"; text: string }
  /** `upright`: a letter in `\text{}` or `\mathrm{}`, which behind a number may be a unit */
  | { type: "symbol"; name: string; upright?: true }
  /** a function, a constant or a structure: `frac`, `sqrt`, `sin`, `begin` */
  | { type: "command"; name: string }
  | { type: "operator"; text: string }
  | { type: "unit"; name: string }
  | { type: "word"; text: string };

/** Characters that stand for what is also written otherwise. */
const characters = new Map(Object.entries({
  "−": "-", "–": "-", "—": "-", "×": "*", "·": "*", "⋅": "*", "∙": "*", "÷": "/", "∕": "/", "⁄": "/", "≤": "<=", "⩽": "<=", "≦": "<=", "≥": ">=", "⩾": ">=", "≧": ">=", "≠": "!=",
  "∞": "\\infty ", "∪": "\\cup ", "∩": "\\cap ", "∈": "\\in ", "±": "\\pm ", "∓": "\\mp ", "π": "\\pi ", "√": "\\sqrt ", "°": "\\degree ", "˚": "\\degree ", "º": "\\degree ", "℃": "\\degree ", "度": "\\degree ", "或": "\\text{or} ", "和": "\\text{and} ", "与": "\\text{and} ", "且": "\\text{and} ", "％": "%", "（": "(", "）": ")",
  "，": ",", "、": ",", "；": ";", "：": ":", "＝": "=", "＜": "<", "＞": ">", "＋": "+", "½": "\\frac12 ", "⅓": "\\frac13 ", "⅔": "\\frac23 ", "¼": "\\frac14 ", "¾": "\\frac34 ",
  "∠": " ", "△": " ", "∅": "\\emptyset ", "ℝ": "R", "θ": "\\theta ", "α": "\\alpha ", "β": "\\beta ", "γ": "\\gamma ",  "€": " ", "£": " ", "￥": " ", "¥": " ", "≈": "\\approx ", "\u00a0": " ", "\u2009": " ", "\u200b": "",
}));
const characterPattern = new RegExp(`[${[...characters.keys()].join("")}]`, "gu");

const functions = new Set(["sqrt", "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "log", "ln", "lg", "exp", "abs", "max", "min", "gcd", "lcm"]);
const constants = new Map([["pi", "pi"], ["infinity", "infty"], ["inf", "infty"], ["infty", "infty"], ["oo", "infty"]]);
/** Commands that only say how something looks. */
const invisible = new Set(["left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "middle", "displaystyle", "textstyle", "limits", "quad", "qquad", "nobreakspace", "boldsymbol", "mathbf", "mathbb", "mathcal", "overline", "overrightarrow", "overleftrightarrow", "widehat", "underline", "vec", "hat", "bar", "angle", "triangle", "boxed", "fbox", "hspace", "cdots", "ldots", "dots"]);
const textCommands = new Set(["text", "mbox", "textbf", "textit", "textrm", "textnormal", "mathrm", "operatorname", "rm", "hbox"]);
const renamed = new Map(Object.entries({
  dfrac: "frac", tfrac: "frac", cfrac: "frac", leq: "<=", le: "<=", leqslant: "<=", geq: ">=", ge: ">=", geqslant: ">=", neq: "!=", ne: "!=", lt: "<", gt: ">", times: "*", cdot: "*", div: "/", equiv: "=", to: "->", lbrace: "\\{", rbrace: "\\}", lvert: "|", rvert: "|", vert: "|", mid: "|", colon: ":", lbrack: "[", rbrack: "]", varpi: "pi", emptyset: "emptyset", varnothing: "emptyset",
}));
/** Units that are read as such where a value stands before them, also outside `\text{}`. */
const unitPattern = /^(?:[cmkd]?meters?|[cmkd]?metres?|centimet(?:er|re)s?|millimet(?:er|re)s?|kilomet(?:er|re)s?|[cmk]m|inch(?:es)?|feet|foot|ft|yards?|miles?|degrees?|deg|radians?|rad|percent|pct|units?|dollars?|cents?|yuan|euros?|hours?|hrs?|minutes?|mins?|seconds?|secs?|days?|weeks?|months?|years?|kg|grams?|pounds?|lbs?|liters?|litres?|ml|mph|square|sq|cubic|points?|people|ways|times)$/i;

const shortUnits = new Map(Object.entries({ meter: "m", metre: "m", centimeter: "cm", centimetre: "cm", millimeter: "mm", millimetre: "mm", kilometer: "km", kilometre: "km", pct: "percent", deg: "degree", hr: "hour", min: "minute", sec: "second", feet: "ft", foot: "ft", inche: "inch" }));

/** `0.1\overline{6}`: the decimals under the bar go on for ever. */
const repeating = /(\d*)\.(\d*)\\(?:overline|bar|dot)\s*\{?(\d{1,12})\}?/g;

function repeatingFraction(_match: string, whole: string, fixed: string, repeated: string): string {
  const denominator = `${"9".repeat(repeated.length)}${"0".repeat(fixed.length)}`;
  const numerator = Number(`${whole}${fixed}${repeated}`) - Number(`${whole}${fixed}` || "0");
  return `(${numerator}/${denominator})`;
}

const arrow = /\\(?:Rightarrow|Longrightarrow|implies|iff|Leftrightarrow|Longleftrightarrow|therefore)(?![a-zA-Z])|[⇒⟹⇔∴]/g;

/** Of a chain of reasoning, `x^2=9 \Rightarrow x=3`, what it ends with. */
function afterLastArrow(text: string): string {
  let end = -1;
  for (const match of text.matchAll(arrow)) end = match.index + match[0].length;
  return end === -1 || text.slice(end).trim() === "" ? text : text.slice(end);
}

const raised = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const lowered = "₀₁₂₃₄₅₆₇₈₉";

/** `10⁻³` and `x₁` as `10^{-3}` and `x_{1}`. */
function withRaisedDigits(text: string): string {
  if (!/[⁰¹²³⁴-⁹₀-₉]/.test(text)) return text;
  const plain = (digits: string, of: string) => [...digits].map((digit) => (digit === "⁻" ? "-" : String(of.indexOf(digit)))).join("");
  return text.replace(/⁻?[⁰¹²³⁴-⁹]+/g, (digits) => `^{${plain(digits, raised)}}`).replace(/[₀-₉]+/g, (digits) => `_{${plain(digits, lowered)}}`);
}

/** Writes every character and command that has several spellings in one. */
export function normalizeText(whole: string): string {
  const text = afterLastArrow(whole).replace(/(\\(?:begin|end)\s*\{[a-z]{1,20})\*\}/g, "$1}");
  let result = withRaisedDigits(text).replace(/\\langle(?![a-zA-Z])/g, "(").replace(/\\rangle(?![a-zA-Z])/g, ")").replace(/\s{2,}/g, " ").replace(characterPattern, (character) => characters.get(character) ?? character);
  // Responses that were escaped twice. In a matrix two backslashes end a row.
  if (!result.includes("\\begin")) result = result.replace(/\\\\(?=[a-zA-Z(){}[\]!,;$%])/g, "\\");
  result = result.replace(/\\(?:text|mbox|textbf|mathrm|textrm)\s*\{([^{}]*\d[^{}]*)\}/g, " $1 ").replace(repeating, repeatingFraction).replace(/\\\{\s*\\\}/g, "\\emptyset ");
  if (/\\begin\s*\{(?:align|cases|gather|aligned|array)/.test(result)) result = result.replace(/&\s*(?==|<|>|\\[lg]e|\\approx|\\ne)/g, " ").replace(/\\\\\s*(?==|<|>)/g, " ");
  result = result.replace(/(?<=[\w)])\*\*(?=[\d(.])/g, "^");
  return result.replace(/\\!\s*/g, "").replace(/(?<!\\)\\[,;:> ]|\\(?=\n)|~/g, " ").replace(/\\[()[\]$]|\$/g, " ").replace(/\{,\}/g, ",").replace(/\\%/g, "%");
}

const numberWords = new Map(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"].map((word, value) => [word, String(value)]));

/** `\text{…}`: a separator, a letter, or (after a value) a unit. */
function textToken(content: string): Token | null {
  const text = content.trim().replace(/[.,;]+$/, "");
  if (/^(?:and|or)$/i.test(text)) return { type: "operator", text: text.toLowerCase() };
  const letter = /^\(?\s*([A-Za-z])\s*\)?$/.exec(text);
  if (letter !== null) return { type: "symbol", name: letter[1] as string, upright: true };
  if (functions.has(text) && text !== "min") return { type: "command", name: text };
  if (text === "") return null;
  const value = numberWords.get(text.toLowerCase());
  if (value !== undefined) return { type: "number", text: value };
  return unitPattern.test(text) ? { type: "unit", name: unitName(text) } : { type: "word", text: text.toLowerCase() };
}

/** One name for the spellings of a unit, so that "meters" is "m" and not "cm". */
export function unitName(text: string): string {
  const unit = text.trim().toLowerCase().replace(/s$/, "");
  return shortUnits.get(unit) ?? unit;
}

function lettersOf(run: string, push: (token: Token) => void): void {
  const separator = /^(and|or)(?=[A-Z]|$)/.exec(run);
  if (separator !== null) {
    push({ type: "operator", text: separator[1] as string });
    if (run.length > (separator[1] as string).length) lettersOf(run.slice((separator[1] as string).length), push);
    return;
  }
  const lower = run.toLowerCase();
  const constant = constants.get(lower);
  if (constant !== undefined) push({ type: "command", name: constant });
  else if (functions.has(run)) push({ type: "command", name: run });
  else if (numberWords.has(lower)) push({ type: "number", text: numberWords.get(lower) as string });
  else if (run.length > 1 && unitPattern.test(run)) push({ type: "unit", name: unitName(run) });
  else for (const letter of run) push({ type: "symbol", name: letter });
}

/** Matches what stands at the cursor, in order of precedence. */
const pattern = /\s+|(\d+(?:\.\d+)?(?:[eE][+-]?\d+(?![\d.a-zA-Z]))?|\.\d+)|\\([a-zA-Z]+)\*?|(\\[{}|])|([a-zA-Z]+)|(<=|>=|!=|->|==|[-+*/^_=<>()[\]{}|,;:!&%'])|(\\\\)|([\s\S])/gy;

/** Cuts normalised text into tokens. @throws {UnreadableError} for what is too long or has characters that mean nothing */
export function tokenize(text: string): Token[] {
  if (text.length > maximumExpressionLength) throw new UnreadableError("longer than an answer");
  const tokens: Token[] = [];
  const push = (token: Token) => tokens.push(token);
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (match === null) break;
    const [, number, command, escaped, run, operator, row, other] = match;
    if (number !== undefined) push({ type: "number", text: number });
    else if (command !== undefined) readCommand(command, text, push);
    else if (escaped !== undefined) push({ type: "operator", text: escaped === "\\|" ? "|" : escaped });
    else if (run !== undefined) lettersOf(run, push);
    else if (operator !== undefined) push({ type: "operator", text: operator === "==" ? "=" : operator });
    else if (row !== undefined) push({ type: "operator", text: "\\\\" });
    else if (other !== undefined && /\p{L}/u.test(other)) push({ type: "word", text: other });
    else if (other !== undefined && !/[.?"“”‘’`\\#@]/u.test(other)) throw new UnreadableError(`the character ${JSON.stringify(other)} has no meaning here`);
  }
  return tokens;
}

function readCommand(name: string, text: string, push: (token: Token) => void): void {
  if (textCommands.has(name)) {
    const opening = text.indexOf("{", pattern.lastIndex);
    const closing = opening === -1 ? -1 : text.indexOf("}", opening);
    if (opening === -1 || closing === -1 || text.slice(pattern.lastIndex, opening).trim() !== "") return;
    const token = textToken(text.slice(opening + 1, closing));
    if (token !== null) push(token);
    pattern.lastIndex = closing + 1;
    return;
  }
  if (invisible.has(name)) return;
  const other = renamed.get(name) ?? name;
  if (/^[a-zA-Z]+$/.test(other)) push({ type: "command", name: other });
  else push({ type: "operator", text: other });
}
