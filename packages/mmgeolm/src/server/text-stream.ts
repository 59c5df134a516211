import type { TextTokenizer } from "../text/tokenizer.js";

/**
 * Turns tokens into text piece by piece. A piece is held back while it may be half of a character, or the beginning of a stop
 * text.
 */
export class TextStream {
  readonly #tokenizer: TextTokenizer;
  readonly #stop: readonly string[];
  readonly #ids: number[] = [];
  #sent = 0;
  #text = "";
  /** whether a stop text appeared */
  stopped = false;

  constructor({ tokenizer, stop }: { tokenizer: TextTokenizer; stop: readonly string[] }) {
    this.#tokenizer = tokenizer;
    this.#stop = stop;
  }

  /** the whole text so far, up to a stop text */
  get text(): string {
    return this.#text;
  }

  /** What can be sent after one more token. */
  push(id: number): string {
    this.#ids.push(id);
    const decoded = this.#tokenizer.decode(this.#ids);
    const places = this.#stop.map((end) => decoded.indexOf(end)).filter((place) => place >= 0);
    this.stopped = places.length > 0;
    this.#text = this.stopped ? decoded.slice(0, Math.min(...places)) : decoded;
    return this.#release(this.stopped ? this.#text.length : this.#safeLength());
  }

  /** What was held back, once no token follows. */
  end(): string {
    return this.#release(this.#text.length);
  }

  #release(until: number): string {
    if (until <= this.#sent) return "";
    const piece = this.#text.slice(this.#sent, until);
    this.#sent = until;
    return piece;
  }

  #safeLength(): number {
    const text = this.#text;
    let length = text.endsWith("\uFFFD") ? text.indexOf("\uFFFD", Math.max(0, text.length - 4)) : text.length;
    for (const stop of this.#stop) {
      for (let part = Math.min(stop.length - 1, text.length); part > 0; part -= 1) {
        if (text.endsWith(stop.slice(0, part))) {
          length = Math.min(length, text.length - part);
          break;
        }
      }
    }
    return length;
  }
}
