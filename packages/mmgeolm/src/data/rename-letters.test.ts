import { describe, expect, it } from "vitest";
import { randomFrom } from "./random.js";
import { renameLetters } from "./rename-letters.js";

describe("renameLetters", () => {
  it("renames points alike everywhere, and leaves words and choices alone", () => {
    const turns = [
      { role: "user" as const, text: "Find the length of AB. Points A, B and C; ∠ABC = 60°.\nA. 12\nB. AB\nC. 7\nAnswer with a letter in \\boxed{}." },
      { role: "assistant" as const, text: "AB is 12. Angle ABC is 60 degrees. \\boxed{A}" },
    ];
    const [question, answer] = renameLetters(turns, randomFrom(3));
    const [, a = "", b = "", c = ""] = /∠(\w)(\w)(\w)/.exec(question?.text ?? "") ?? [];
    expect(new Set([a, b, c]).size).toBe(3);
    expect([a, b, c].join("")).not.toBe("ABC");
    expect(question?.text).toBe(`Find the length of ${a}${b}. Points ${a}, ${b} and ${c}; ∠${a}${b}${c} = 60°.\nA. 12\nB. ${a}${b}\nC. 7\nAnswer with a letter in \\boxed{}.`);
    expect(answer?.text).toBe(`${a}${b} is 12. Angle ${a}${b}${c} is 60 degrees. \\boxed{A}`);
  });
});
