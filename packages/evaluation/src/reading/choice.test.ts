import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lettered } from "../question.js";
import { processorTime } from "../testing.js";
import { extractChoice } from "./choice.js";

const angles = lettered(["40°", "60°", "65°", "140°"]);
const read = (response: string, choices = angles) => {
  const { choice } = extractChoice({ response, choices });
  return choice === null ? null : (choices[choice]?.label ?? null);
};

describe("extractChoice", () => {
  it.each([
    ["B", "B"],
    ["(B)", "B"],
    ["b.", "B"],
    ["**B**", "B"],
    ["B. 60°", "B"],
    ["B: 60 degrees", "B"],
    ["60°", "B"],
    ["The answer is 65 degrees.", "C"],
    ["Since AB is parallel to CD, angle 2 = 65°. Therefore, the answer is option A.\nAnswer:C", "C"],
    ["angle BEG = 65°. Thus, option C is the correct answer.", "C"],
    ["So the answer is (D).\n\nI hope this helps! Let me know if you have any other questions.", "D"],
    ["\\boxed{C}", "C"],
    ["\\boxed{\\text{C}}", "C"],
    ["$\\boxed{\\textbf{(C)}\\ 65^\\circ}$", "C"],
    ["\\boxed{65^\\circ}", "C"],
    ["\\boxed{65}", "C"],
    ["Answer: x = 140", "D"],
    ["Answer: A. Wait, that used the wrong angle.\nAnswer: D", "D"],
    ["The answer is A because DE is parallel to BC.", "A"],
    ["**Answer:** (C) 65°", "C"],
    ["解：因为AB∥CD，所以∠2=65°．故选：C．", "C"],
    ["答案是（Ｃ）", "C"],
    ["故选C", "C"],
    ["The correct choice is (B).", "B"],
    ["The angles add up to 180°.\nSo it must be (A).", "A"],
    ["Final Answer: C", "C"],
    ["I choose option D", "D"],
    ["<Thought process>: <<30 + 30>> <Answer>: <<B>>", "B"],
    ["<think>Is it A?</think>\n<answer> D </answer>", "D"],
    ["<think>Is it A?</think>\n<answer>\n65°\n</answer>", "C"],
    ["{\"answer\": \"C\"}", "C"],
    ["Therefore, the measure is (C).\n\nI hope this helps! Let me know if you have any other questions.", "C"],
  ])("reads %j", (response, label) => {
    expect(read(response)).toBe(label);
  });

  it.each([
    [""],
    ["  \n "],
    ["Answer: A and C"],
    ["The answer is A or B."],
    ["Answer: B, C"],
    ["Answer: 70°"],
    ["Answer: B. 65°"],
    ["Angle A is 40° and angle B is 60°."],
    ["The answer is A triangle with two equal sides."],
    ["Answer: none of these. The answer is not clear."],
    ["In triangle ABC, angle A = 65°, so B follows and C as well"],
    ["E"],
    ["I cannot tell from the picture."],
    ["(A) is wrong, (B) is wrong, so (C) or (D)."],
  ])("does not guess at %j", (response) => {
    expect(extractChoice({ response, choices: angles })).toMatchObject({ choice: null, by: null });
  });

  it("reads choices that are words", () => {
    const truth = [{ label: "True", text: "True" }, { label: "False", text: "False" }];
    expect(read("False.", truth)).toBe("False");
    expect(read("Answer: true", truth)).toBe("True");
    expect(read("It is not False that it is True", truth)).toBeNull();
    const letters = ["a", "b", "c"].map((label, index) => ({ label, text: String(index * 45) }));
    expect(read("(b)", letters)).toBe("b");
    expect(read("b", letters)).toBe("b");
    expect(read("Answer: B", letters)).toBe("b");
  });

  it("says why", () => {
    expect(extractChoice({ response: "Answer: A and C", choices: angles }).reason).toMatch(/more than one/);
    expect(extractChoice({ response: "", choices: angles }).reason).toMatch(/empty/);
    expect(extractChoice({ response: "Answer: (C)", choices: angles })).toEqual({ choice: 2, by: "letter", evidence: "(C)", reason: null });
  });

  it("cannot tell two choices of one value apart", () => {
    expect(read("Answer: 0.5", lettered(["1/2", "0.50", "2"]))).toBeNull();
    expect(read("Answer: B", lettered(["1/2", "0.50", "2"]))).toBe("B");
  });

  it("reads the letter that any of the usual forms announces", () => {
    const forms = [(letter: string) => `Answer: ${letter}`, (letter: string) => `\\boxed{${letter}}`, (letter: string) => `So the answer is (${letter}).`, (letter: string) => `故选：${letter}`];
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }).filter((text) => !/answer|boxed|选|choose|select|pick|option|choice|is/i.test(text)), fc.constantFrom(...forms), fc.constantFrom("A", "B", "C", "D"), (reasoning, form, letter) => {
        expect(read(`${reasoning}\n${form(letter)}`)).toBe(letter);
      }),
    );
  });

  it("ends soon on hostile input", () => {
    for (const response of ["\\boxed{".repeat(1_000_000), "answer is ".repeat(200_000), "(A".repeat(500_000), "*".repeat(1_000_000), "[".repeat(1_000_000), " ".repeat(1_000_000), "选".repeat(300_000), "A ".repeat(300_000)]) {
      expect(processorTime(() => void extractChoice({ response, choices: angles })), response.slice(0, 12)).toBeLessThan(100);
    }
  });
});
