/** What Python's `json.dump` writes for floats that JSON has no number for. */
const pythonNumber = /-?Infinity|NaN/y;

/** The text with Python's NaN and Infinity, outside strings, written as null. */
function withoutPythonNumbers(text: string): string {
  const parts: string[] = [];
  let start = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (inString) {
      if (character === "\\") index += 1;
      else if (character === '"') inString = false;
      continue;
    }
    if (character === '"') inString = true;
    else if (character === "N" || character === "I" || character === "-") {
      pythonNumber.lastIndex = index;
      const found = pythonNumber.exec(text);
      if (found === null) continue;
      parts.push(text.slice(start, index), "null");
      start = index + found[0].length;
      index = start - 1;
    }
  }
  parts.push(text.slice(start));
  return parts.join("");
}

/** Parses JSON as authors' programs write it: with a byte order mark before it, or with Python's NaN in it. Undefined where it is none. */
export function lenientJson(text: string): unknown {
  const bare = text.startsWith("\ufeff") ? text.slice(1) : text;
  for (const read of [() => bare, () => withoutPythonNumbers(bare)]) {
    try {
      return JSON.parse(read()) as unknown;
    } catch {
      // The second way, or none.
    }
  }
  return undefined;
}

/**
 * The whole entries of a JSON file that was cut off while being written: a list, an object with one entry for each id, or an object
 * with a list of `results`. Undefined where no entry is whole.
 */
export function entriesOfCutJson(text: string): unknown {
  const open: string[] = [];
  const inList = /^\ufeff?\s*\{[^[\]{}]{0,10000}"results"\s*:\s*\[/.test(text);
  const depth = inList ? 2 : 1;
  let inString = false;
  let end = -1;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (inString) {
      if (character === "\\") index += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{" || character === "[") open.push(character === "{" ? "}" : "]");
    else if (character === "}" || character === "]") {
      open.pop();
      if (open.length === depth && character === "}") end = index + 1;
    }
  }
  if (end === -1) return undefined;
  const closings = inList ? "]}" : /^\ufeff?\s*\[/.test(text) ? "]" : "}";
  return lenientJson(text.slice(0, end) + closings);
}
