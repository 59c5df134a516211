import type { Message } from "../text/chat.js";
import type { Random } from "./random.js";

const letters = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ");

/** Runs of capitals that name points, lines or angles; not the letter in a box. */
const names = /(?<![A-Za-z{])[A-Z]+(?![A-Za-z}])/g;

/**
 * The same conversation about points of other names: what holds of triangle ABC holds of triangle QZK. A small model that sees
 * each problem under ever new names learns to copy names from the question, where it would otherwise learn the problems by heart.
 */
export function renameLetters(turns: readonly Message[], random: Random): Message[] {
  const shuffled = random.shuffled(letters);
  const other = (letter: string) => shuffled[letters.indexOf(letter)] as string;
  return turns.map(({ role, text }) => ({ role, text: text.replace(names, (name, place: number) => (startsChoice(text, name, place) ? name : Array.from(name, other).join(""))) }));
}

/** `B. 12` at the beginning of a line offers a choice. */
function startsChoice(text: string, name: string, place: number): boolean {
  return name.length === 1 && text.startsWith(". ", place + 1) && (place === 0 || text[place - 1] === "\n");
}
