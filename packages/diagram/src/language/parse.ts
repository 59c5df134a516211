import { formatExpression } from "./format.js";
import { ProgramError } from "./program-error.js";
import type { Expression, Program, ProgramLine, Statement } from "./statement.js";
import { tokenize, type Token } from "./tokens.js";
import { type Predicate, vocabulary } from "./vocabulary.js";

/** Brackets within brackets; the deepest real statement has 6. */
const MAX_DEPTH = 64;
/** As many as the letters. */
const MAX_POINTS_OF_GRAPH = 26;
/** Lines of one program; the longest real problem has some 60. */
export const MAX_PROGRAM_LINES = 1000;

const operators: Record<string, { operator: "add" | "subtract" | "multiply" | "divide" | "power"; many: boolean }> = {
  Add: { operator: "add", many: true },
  Sub: { operator: "subtract", many: false },
  Mul: { operator: "multiply", many: true },
  Div: { operator: "divide", many: false },
  Pow: { operator: "power", many: false },
};

type FunctionName = Extract<Expression, { kind: "function" }>["name"];
// CDL's capitalised trigonometry is in degrees, its lower-case trigonometry in radians (reference: FormalGeo's solver).
const functions: Record<string, { name: FunctionName; degrees: boolean }> = {
  Sqrt: { name: "sqrt", degrees: true },
  sqrt: { name: "sqrt", degrees: true },
};
for (const name of ["sin", "cos", "tan", "asin", "acos", "atan"] as const) {
  functions[name] = { name, degrees: false };
  functions[name.charAt(0).toUpperCase() + name.slice(1)] = { name, degrees: true };
}

class LineParser {
  private readonly tokens: Token[];
  private readonly place: { file: string | null; line: number };
  private position = 0;
  private depth = 0;

  constructor(text: string, place: { file: string | null; line: number }) {
    this.place = place;
    this.tokens = tokenize(text, place);
  }

  statement(): Statement {
    const statement = this.oneStatement();
    this.expect("end");
    return statement;
  }

  expression(): Expression {
    const expression = this.sum();
    this.expect("end");
    return expression;
  }

  private get next(): Token {
    return this.tokens[this.position] ?? (this.tokens[this.tokens.length - 1] as Token);
  }

  private fail(message: string, token: Token = this.next): never {
    throw new ProgramError({ ...this.place, column: token.column, message });
  }

  private take(): Token {
    const token = this.next;
    if (token.kind !== "end") this.position += 1;
    return token;
  }

  private expect(kind: Token["kind"]): Token {
    if (this.next.kind !== kind) this.fail(`expected ${kind === "end" ? "the end of the statement" : JSON.stringify(kind)}, found ${this.found()}`);
    return this.take();
  }

  private found(): string {
    return this.next.kind === "end" ? "the end of the line" : JSON.stringify(this.next.text);
  }

  private nested<T>(read: () => T): T {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) this.fail(`brackets are nested deeper than ${MAX_DEPTH}`);
    const result = read();
    this.depth -= 1;
    return result;
  }

  private oneStatement(): Statement {
    const word = this.next;
    if (word.kind !== "word") this.fail(`expected a statement such as Equal(LengthOfLine(AB),3), found ${this.found()}`);
    const predicate = vocabulary.get(word.text);
    if (predicate === undefined) this.fail(`unknown statement ${JSON.stringify(word.text)}${suggestion(word.text)}`);
    if (predicate.kind === "attribution") this.fail(`${word.text} is a number of the drawing, not a statement; write Equal(${word.text}(…),…)`);
    this.take();
    this.expect("(");
    const statement = this.nested((): Statement => {
      if (predicate.name === "Equal") {
        const left = this.sum();
        this.expect(",");
        return { kind: "equal", left, right: this.sum() };
      }
      if (predicate.name === "Equation") return { kind: "equal", left: this.sum(), right: { kind: "number", value: 0, text: "0" } };
      if (predicate.name === "Value") return { kind: "value", expression: this.sum() };
      if (predicate.name === "Mark") return { kind: "mark", target: this.markTarget() };
      if (predicate.name === "Graph") return { kind: "relation", name: "Graph", arguments: this.graphArguments() };
      return { kind: "relation", name: predicate.name, arguments: this.letterArguments(predicate) };
    });
    this.expect(")");
    return statement;
  }

  private markTarget(): Statement | Expression {
    const kind = this.next.kind === "word" ? vocabulary.get(this.next.text)?.kind : undefined;
    if (kind === "drawing" || this.next.text === "Value") this.fail(`${this.next.text} cannot be marked; Mark takes a measure, Equal or a relation`);
    return kind === undefined || kind === "attribution" ? this.sum() : this.oneStatement();
  }

  /** The points a curve passes through, and the two sides of its equation in x and y. */
  private graphArguments(): string[] {
    const points = this.next;
    if (points.kind !== "word" || !/^[A-Z]+$/.test(points.text)) this.fail(`Graph is written Graph(AB,y,x^2-2), with the points it passes through first, found ${this.found()}`);
    if (points.text.length > MAX_POINTS_OF_GRAPH) this.fail(`at most ${MAX_POINTS_OF_GRAPH} points of a graph are named`, points);
    this.take();
    const sides = [0, 1].map(() => {
      this.expect(",");
      const start = this.next;
      const side = this.sum();
      const text = formatExpression(side);
      if (/[A-Z]/.test(text)) this.fail("an equation of a graph holds numbers, x, y and other symbols, and no measures", start);
      return text;
    });
    return [points.text, ...sides];
  }

  private letterArguments(predicate: Predicate): string[] {
    const list: string[] = [];
    const tokens: Token[] = [];
    do {
      const token = this.next;
      if (token.kind !== "word" || !/^[A-Z]+$/.test(token.text)) this.fail(`expected point letters, capital letters such as ABC, found ${this.found()}`);
      this.take();
      list.push(token.text);
      tokens.push(token);
    } while (this.next.kind === "," && this.take());
    const usage = `${predicate.name} is written ${usageOf(predicate)}`;
    if (predicate.pattern !== null) {
      if (list.length !== predicate.pattern.length) this.fail(`${usage}, found ${list.length} argument${list.length === 1 ? "" : "s"}`, tokens[0]);
      for (const [index, pattern] of predicate.pattern.entries()) {
        if (list[index]?.length !== pattern.length) this.fail(`${usage}, found ${list[index]} where ${pattern} stands`, tokens[index]);
      }
    } else if (predicate.variable !== undefined) {
      const { arguments: count, letters } = predicate.variable;
      if (list.length < count[0] || list.length > count[1]) this.fail(`${usage}, found ${list.length} arguments`, tokens[0]);
      for (const [index, argument] of list.entries()) {
        if (argument.length < letters[0] || argument.length > letters[1]) this.fail(`${usage}, found ${argument}`, tokens[index]);
      }
      if (predicate.name === "Cocircular" && list[0]?.length !== 1) this.fail(`${usage}: the circle has one letter, found ${list[0]}`, tokens[0]);
    }
    return list;
  }

  private sum(): Expression {
    let left = this.product();
    while (this.next.kind === "+" || this.next.kind === "-") {
      const operator = this.take().kind === "+" ? "add" : "subtract";
      left = combine(operator, left, this.product());
    }
    return left;
  }

  private product(): Expression {
    let left = this.signed();
    while (this.next.kind === "*" || this.next.kind === "/") {
      const operator = this.take().kind === "*" ? "multiply" : "divide";
      left = combine(operator, left, this.signed());
    }
    return left;
  }

  private signed(): Expression {
    if (this.next.kind !== "-") return this.power();
    this.take();
    return { kind: "negate", operand: this.nested(() => this.signed()) };
  }

  private power(): Expression {
    const base = this.primary();
    if (this.next.kind !== "^") return base;
    this.take();
    return { kind: "operation", operator: "power", operands: [base, this.nested(() => this.signed())] };
  }

  private primary(): Expression {
    const token = this.next;
    if (token.kind === "(") {
      this.take();
      const inner = this.nested(() => this.sum());
      this.expect(")");
      return inner;
    }
    if (token.kind === "number") {
      this.take();
      const value = Number(token.text);
      if (!Number.isFinite(value)) this.fail(`the number ${token.text} is out of range`, token);
      return { kind: "number", value, text: token.text };
    }
    if (token.kind !== "word") this.fail(`expected a number, a symbol or a measure, found ${this.found()}`);
    this.take();
    if (this.next.kind === "(") return this.call(token);
    if (token.text === "pi" || token.text === "π") return { kind: "constant", name: "pi" };
    if (/^[a-zα-ω]$/u.test(token.text)) return { kind: "symbol", name: token.text };
    return this.fail(`expected a number, a symbol of one lower-case letter or a measure such as LengthOfLine(AB), found ${JSON.stringify(token.text)}`, token);
  }

  private call(name: Token): Expression {
    this.expect("(");
    const expression = this.nested((): Expression => {
      const predicate = vocabulary.get(name.text);
      if (predicate?.kind === "attribution") return { kind: "measure", name: predicate.name, arguments: this.letterArguments(predicate) };
      const operation = Object.hasOwn(operators, name.text) ? operators[name.text] : undefined;
      if (operation !== undefined) {
        const operands = [this.sum()];
        while (this.next.kind === "," && this.take()) operands.push(this.sum());
        if (operands.length < 2 || (!operation.many && operands.length > 2)) this.fail(`${name.text} takes ${operation.many ? "two or more" : "two"} terms, found ${operands.length}`, name);
        return { kind: "operation", operator: operation.operator, operands };
      }
      const application = Object.hasOwn(functions, name.text) ? functions[name.text] : undefined;
      if (application !== undefined) return { kind: "function", ...application, operand: this.sum() };
      if (name.text === "Free") return this.sum();
      return this.fail(`unknown measure or function ${JSON.stringify(name.text)}${suggestion(name.text)}`, name);
    });
    this.expect(")");
    return expression;
  }
}

function combine(operator: "add" | "subtract" | "multiply" | "divide", left: Expression, right: Expression): Expression {
  // Runs of one associative operator stay one node, as in Add(a,b,c), so that long sums are not deep trees.
  if ((operator === "add" || operator === "multiply") && left.kind === "operation" && left.operator === operator) {
    left.operands.push(right);
    return left;
  }
  return { kind: "operation", operator, operands: [left, right] };
}

function usageOf({ name, pattern }: Predicate): string {
  if (pattern !== null) return `${name}(${pattern.join(",")})`;
  const examples: Record<string, string> = { Shape: "Shape(AB,BC,CA), with segments AB and arcs OAB", Collinear: "Collinear(ABC)", Cocircular: "Cocircular(O,ABC)", Polygon: "Polygon(ABCDE)" };
  return examples[name] ?? `${name}(…)`;
}

function suggestion(word: string): string {
  const lower = word.toLowerCase();
  const near = [...vocabulary.keys(), ...Object.keys(operators), ...Object.keys(functions)].find((name) => name.toLowerCase() === lower);
  return near === undefined ? "" : `; did you mean ${near}?`;
}

/** Reads one statement. Throws a ProgramError with the column of what cannot be read. */
export function parseStatement(text: string, { file = null, line = 1 }: { file?: string | null; line?: number } = {}): Statement {
  return new LineParser(text, { file, line }).statement();
}

/** Reads one term of `Equal`, such as `2*x-35` or `3*sqrt(3)/2`. Throws a ProgramError. */
export function parseExpression(text: string, { file = null, line = 1 }: { file?: string | null; line?: number } = {}): Expression {
  return new LineParser(text, { file, line }).expression();
}

/** Reads a program, one statement a line; empty lines and lines that begin with `#` are skipped. Throws a ProgramError at the first line that cannot be read. */
export function parseProgram(text: string, { file = null }: { file?: string | null } = {}): Program {
  const lines: ProgramLine[] = [];
  let line = 0;
  let start = 0;
  while (start <= text.length) {
    line += 1;
    let end = text.indexOf("\n", start);
    if (end === -1) end = text.length;
    const content = text.slice(start, end).trim();
    start = end + 1;
    if (content === "" || content.startsWith("#")) continue;
    if (lines.length === MAX_PROGRAM_LINES) throw new ProgramError({ file, line, column: 1, message: `the program has more than ${MAX_PROGRAM_LINES} statements; split it into several problems` });
    lines.push({ statement: parseStatement(content, { file, line }), text: content, line });
  }
  return { lines };
}
