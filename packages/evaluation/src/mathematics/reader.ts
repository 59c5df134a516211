import { maximumDepth, UnreadableError } from "./expression.js";
import type { Token } from "./tokenize.js";

/** A cursor over tokens with the units met on the way: the only state of the parser. */
export class Reader {
  index = 0;
  depth = 0;
  percent = false;
  readonly units: string[] = [];
  /** how many `|` are open: the next one closes */
  bars = 0;
  /** whether the argument of a trigonometric function is being read: degrees mean something there */
  trigonometric = false;
  readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  peek(ahead = 0): Token | undefined {
    return this.tokens[this.index + ahead];
  }

  at(...texts: string[]): boolean {
    const token = this.peek();
    return token?.type === "operator" && texts.includes(token.text);
  }

  take(...texts: string[]): boolean {
    if (!this.at(...texts)) return false;
    this.index += 1;
    return true;
  }

  expect(text: string): void {
    if (!this.take(text)) throw new UnreadableError(`${text} is missing`);
  }

  nested<Result>(read: () => Result): Result {
    this.depth += 1;
    if (this.depth > maximumDepth) throw new UnreadableError("nested too deeply");
    const result = read();
    this.depth -= 1;
    return result;
  }
}
