import { ProgramError } from "../language/program-error.js";

/** A logic form as a tree: `Equals(LengthOf(Line(A, B)), 2x+1)`. Leaves are the texts between commas. */
export interface Form {
  name: string;
  children: Form[];
}

const MAX_LENGTH = 1000;
const MAX_DEPTH = 32;

/** Reads one logic form. Brackets left open at the end are closed, as many published ones are. Throws a ProgramError. */
export function parseForm(text: string, { file = null, line = 1 }: { file?: string | null; line?: number } = {}): Form {
  const fail = (message: string, column: number): never => {
    throw new ProgramError({ file, line, column: column + 1, message });
  };
  if (text.length > MAX_LENGTH) fail(`the logic form has ${text.length} characters, at most ${MAX_LENGTH} are read`, MAX_LENGTH);
  let position = 0;
  const form = read(0);
  if (/[^)\s.]/.test(text.slice(position))) fail(`unexpected ${JSON.stringify(text.slice(position).trim())} after the form`, position);
  return form;

  function read(depth: number): Form {
    if (depth > MAX_DEPTH) fail(`brackets are nested deeper than ${MAX_DEPTH}`, position);
    const head = /^\s*([A-Za-z]+)\s*\(/.exec(text.slice(position));
    if (head === null) return leaf();
    position += head[0].length;
    const children: Form[] = [];
    while (position < text.length) {
      children.push(read(depth + 1));
      const separator = /^\s*([,)])?/.exec(text.slice(position));
      position += separator?.[0].length ?? 0;
      if (separator?.[1] !== ",") break;
    }
    const sum = /^\s*[-+*/]/.test(text.slice(position));
    if (sum) fail("arithmetic between measures is not read", position);
    return { name: head[1] ?? "", children };
  }

  /** A name, a number or algebra, up to the comma or bracket that ends it; its own brackets are counted. */
  function leaf(): Form {
    const start = position;
    let open = 0;
    for (; position < text.length; position += 1) {
      const character = text[position];
      if (character === "(" || character === "{") open += 1;
      else if (character === ")" || character === "}") {
        if (open === 0) break;
        open -= 1;
      } else if (character === "," && open === 0) break;
    }
    const content = text.slice(start, position).trim();
    if (content === "") fail("a term is missing", start);
    return { name: content, children: [] };
  }
}

/** Algebra as LaTeX and habit write it (`\frac{1}{2}x`, `4y-10`, `60\degree`) in CDL's infix. */
export function algebraOf(text: string): string {
  let result = text.replace(/\s+|\\degree|\^\\circ|°|\\%/g, "").replace(/\\times|\\cdot/g, "*").replace(/\\pi/g, "pi");
  for (let round = 0; round < 4; round += 1) {
    result = result.replace(/\\frac\{([^{}]*)\}\{([^{}]*)\}/g, "(($1)/($2))").replace(/\\sqrt\{([^{}]*)\}/g, "sqrt($1)").replace(/\^\{([^{}]*)\}/g, "^($1)");
  }
  return result.replace(/(\d|\))(?=[a-z(])/g, "$1*").replace(/([a-z])(?=sqrt|\()/g, (letter, _unused, offset: number) => (result.slice(Math.max(0, offset - 3), offset + 1) === "sqrt" ? letter : `${letter}*`)).replace(/sqr\*?t\*?\(/g, "sqrt(");
}
