import type { Message } from "../text/chat.js";

/** The letters of choices, in their order. */
export const choiceLetters = ["A", "B", "C", "D", "E", "F", "G", "H"] as const;

/** A question about pictures and its worked answer: one training sample. */
export interface Conversation {
  id: string;
  /** what was asked: `problem` for a problem's own question, else the kind of perception question, or `data` for read conversations */
  kind: string;
  /** files of the pictures, in the order of `<image>` in the text; pictures that the text does not place stand before it */
  images: string[];
  turns: Message[];
  /** the choices offered, without their letters; null for open questions */
  choices: string[] | null;
  /** the letter of the right choice, or the value itself for an open question; null where nothing can be scored */
  answer: string | null;
}

/** The words in which a question with choices is put, in training and wherever answers should resemble it. */
export function questionPrompt({ text, choices }: { text: string; choices: readonly string[] | null }): string {
  if (choices === null) return `${text}\nAnswer in \\boxed{}.`;
  return `${text}\n${choices.map((choice, index) => `${choiceLetters[index]}. ${choice}`).join("\n")}\nAnswer with a letter in \\boxed{}.`;
}

/** A conversation of one question and one answer that reasons first and ends in `\boxed{}`. */
export function asked({ id, kind, image, text, choices, answer, reasoning }: { id: string; kind: string; image: string; text: string; choices: string[] | null; answer: string; reasoning: string }): Conversation {
  return {
    id,
    kind,
    images: [image],
    turns: [
      { role: "user", text: questionPrompt({ text, choices }) },
      { role: "assistant", text: `${reasoning} \\boxed{${answer}}` },
    ],
    choices,
    answer,
  };
}
