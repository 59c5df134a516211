import { InputError } from "../input-error.js";
import { maximumLineLength, readBlocks } from "../lines.js";
import { parseJson } from "../validate.js";

/** How a JSON list was written, so that it can be written the same way again. */
export interface JsonStyle {
  /** spaces of one level, or null for everything on one line */
  indent: number | null;
  /** whether `, ` and `: ` separate, as Python's json does, or `,` and `:`; only where there is no indent */
  spaced: boolean;
  /** whether characters beyond ASCII are escaped */
  ascii: boolean;
  /** whether a newline ends the file */
  finalNewline: boolean;
}

/** What Python's `json.dump(list, file)` writes. */
export const pythonStyle: JsonStyle = { indent: null, spaced: true, ascii: true, finalNewline: false };

const quote = 0x22;
const backslash = 0x5c;
const [openBracket, closeBracket, openBrace, closeBrace, comma] = [0x5b, 0x5d, 0x7b, 0x7d, 0x2c];
const isSpace = (byte: number) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** Items of a JSON list in a file, one at a time: the list itself may be larger than memory. A file that is no whole list is an `InputError`. */
export async function* readJsonList(file: string): AsyncIterable<{ index: number; value: unknown }> {
  let depth = 0;
  let inString = false;
  let escaped = false;
  let ended = false;
  let parts: Buffer[] = [];
  let length = 0;
  let index = 0;
  const fail = (message: string): never => {
    throw new InputError({ message, file, field: depth === 0 ? null : String(index) });
  };
  const take = (): string => {
    const text = Buffer.concat(parts).toString("utf8").trim();
    parts = [];
    length = 0;
    return text;
  };
  const item = (text: string) => {
    if (text === "") fail("a comma with nothing beside it; remove it");
    const value = parseJson(text, { file });
    index += 1;
    return { index: index - 1, value };
  };
  for await (const block of readBlocks(file)) {
    let start = depth === 0 ? block.length : 0;
    for (let position = 0; position < block.length; position += 1) {
      const byte = block[position] as number;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) inString = false;
        continue;
      }
      if (isSpace(byte)) continue;
      if (depth === 0) {
        if (ended || byte !== openBracket) fail("is not one JSON list; the paper's files are a list of objects");
        depth = 1;
        start = position + 1;
      } else if (byte === quote) inString = true;
      else if (byte === openBracket || byte === openBrace) depth += 1;
      else if (byte === closeBrace || byte === closeBracket || (byte === comma && depth === 1)) {
        if (byte !== comma) depth -= 1;
        if (depth > 1 || (depth === 1 && byte !== comma)) continue;
        parts.push(block.subarray(start, position));
        const text = take();
        if (byte === comma || text !== "" || index > 0) yield item(text);
        start = depth === 0 ? block.length : position + 1;
        ended = depth === 0;
      }
    }
    const rest = block.subarray(start);
    length += rest.length;
    if (length > maximumLineLength) fail(`an item is longer than ${maximumLineLength} bytes`);
    if (rest.length > 0) parts.push(rest);
  }
  if (!ended) fail("the list does not end: the file is cut off; write it again");
}

/** Finds out how a JSON list was written, from its first item and its end. */
export async function jsonStyleOf(file: string): Promise<JsonStyle> {
  let head = "";
  let last = "";
  let ascii = true;
  for await (const block of readBlocks(file)) {
    if (head.length < 65536) head += block.toString("latin1");
    last = block.toString("latin1").slice(-1);
    ascii &&= !block.some((byte) => byte > 0x7f);
  }
  const indent = /^\[\r?\n( *)\S/.exec(head)?.[1]?.length ?? null;
  return { indent, spaced: indent === null && /^\[\{"(?:[^"\\]|\\.)*": /.test(head), ascii, finalNewline: last === "\n" };
}

function formatCompact(value: unknown, spaced: boolean): string {
  if (!spaced) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => formatCompact(item, spaced)).join(", ")}]`;
  if (typeof value === "object" && value !== null) return `{${Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${formatCompact(item, spaced)}`).join(", ")}}`;
  return JSON.stringify(value);
}

function formatItem(value: unknown, { indent, spaced, ascii }: JsonStyle): string {
  const text = indent === null ? formatCompact(value, spaced) : JSON.stringify(value, null, indent).replace(/^/gm, " ".repeat(indent));
  return ascii ? text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`) : text;
}

/** The text of a JSON list in a style, in parts. */
export async function* formatJsonList(values: Iterable<unknown> | AsyncIterable<unknown>, style: JsonStyle): AsyncIterable<string> {
  const separator = style.indent === null ? (style.spaced ? ", " : ",") : ",\n";
  let count = 0;
  for await (const value of values) {
    yield count === 0 ? (style.indent === null ? "[" : "[\n") : separator;
    yield formatItem(value, style);
    count += 1;
  }
  yield count === 0 ? "[]" : style.indent === null ? "]" : "\n]";
  if (style.finalNewline) yield "\n";
}
