import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { describe, expect, it } from "vitest";
import { benchmarkNamed } from "./benchmarks/registry.js";
import { equivalent } from "./equivalence.js";
import { lettered } from "./question.js";
import { extractChoice } from "./reading/choice.js";
import { extractSeveral } from "./reading/several.js";
import { scoreFile } from "./score-file.js";
import { seededRandom, type Random } from "./statistics/random.js";
import { processorTime, temporaryFolder } from "./testing.js";

/** Set MMGEO_SLOW=1 for a hundred thousand of each (some minutes); a thousand otherwise. */
const slow = process.env.MMGEO_SLOW === "1";
const count = slow ? 100_000 : 1_000;

const pieces = ["\\boxed{", "\\frac{", "\\sqrt{", "\\text{", "\\begin{cases}", "\\end{cases}", "\\begin{pmatrix}", "\\\\", "&", "}", "{", "(", ")", "[", "]", "\\{", "\\}", "|", "$", "$$", "\\(", "\\)", "^", "_", "^{", "=", "<", "\\le", "\\in", "\\cup", "\\setminus", "\\pm", "\\Rightarrow", "\\over", "\\choose", "\\lfloor", "\\circ", "°", ",", ";", ":", "!", "%", "+", "-", "*", "/", "**", "1", "2.5", "1e9", "99999999999", "x", "AB", "\\pi", "e", "i", "\\sin", "cm", " m^2", "or", " and ", "或", "故选", "答案是", "√", "²", "½", "A", "(B)", "Answer: ", "the answer is ", "**", "\n", ". ", " ", "\\", "\u0000", "\ud800", "九", "<think>", "</think>", "<answer>", "There are three ", "is ", "\"", "'", "x|", "NaN"];

function hostileText(random: Random): string {
  const length = 1 + random.below(random.below(20) === 0 ? 400 : 30);
  let text = "";
  for (let piece = 0; piece < length; piece += 1) text += pieces[random.below(pieces.length)];
  return random.below(200) === 0 ? text.repeat(1 + random.below(500)) : text;
}

/** Runs something on many texts and returns the longest time that one took, in milliseconds of processor time, with the text. */
function longest(seed: string, work: (text: string, other: string) => void): { time: number; text: string } {
  const random = seededRandom(1, seed);
  let worst = { time: 0, text: "" };
  let other = "5";
  for (let index = 0; index < count; index += 1) {
    const text = hostileText(random);
    const time = processorTime(() => work(text, other));
    if (time > worst.time) worst = { time, text: text.slice(0, 200) };
    other = text;
  }
  return worst;
}

describe(`${count} texts of pieces that answers are made of`, () => {
  const timeout = slow ? 900_000 : 60_000;

  it("never make equivalence throw or take more than 100 ms", { timeout }, () => {
    const numbers = longest("equivalence", (text) => void equivalent("5", text));
    expect(numbers.time, numbers.text).toBeLessThan(100);
    const texts = longest("equivalence", (text, other) => void equivalent(other.slice(0, 300), text));
    expect(texts.time, texts.text).toBeLessThan(100);
  });

  it("are never equal to a number where nothing is read", { timeout }, () => {
    const random = seededRandom(2, "unread");
    for (let index = 0; index < count / 10; index += 1) {
      const text = hostileText(random);
      const { equal, readable, extracted } = equivalent("5", text);
      if (equal) expect(readable && extracted !== null, text).toBe(true);
    }
  });

  it("never make the reading of choices throw, take more than 100 ms, or pick two", { timeout }, () => {
    const choices = lettered(["40°", "60°", "65°", "140°"]);
    const worst = longest("choices", (text) => {
      const { choice, reason } = extractChoice({ response: text, choices });
      if ((choice === null) !== (reason !== null)) throw new Error("a reading is a choice or a reason");
      extractSeveral({ response: text, choices });
    });
    expect(worst.time, worst.text).toBeLessThan(100);
  });
});

/** A file of responses damaged at random: bytes changed, left out, doubled, or the end cut off. */
function damaged(text: string, random: Random): Buffer {
  const bytes = Buffer.from(text);
  const changes = 1 + random.below(4);
  let result = bytes;
  for (let change = 0; change < changes; change += 1) {
    const at = random.below(result.length);
    const kind = random.below(4);
    if (kind === 0) result = Buffer.concat([result.subarray(0, at), Buffer.from([random.below(256)]), result.subarray(at + 1)]);
    else if (kind === 1) result = Buffer.concat([result.subarray(0, at), result.subarray(at + 1 + random.below(40))]);
    else if (kind === 2) result = Buffer.concat([result.subarray(0, at), result.subarray(Math.max(0, at - random.below(60)))]);
    else result = result.subarray(0, at + 1);
  }
  return result;
}

it("files of responses with damage are scored with what is whole, or refused with one line", { timeout: slow ? 900_000 : 60_000 }, async () => {
  const folder = temporaryFolder();
  const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join("");
  const ids = Array.from({ length: 12 }, (_, id) => id);
  writeFileSync(join(folder, "test_questions.jsonl"), lines(ids.map((id) => ({ question_id: id, image: `${id}.png`, text: `Question:?\nChoices:\nA:1\nB:2` }))));
  writeFileSync(join(folder, "test_answers.jsonl"), lines(ids.map((id) => ({ question_id: id, text: "A" }))));
  const entries = ids.map((id) => ({ question_id: id, text: `Answer: ${id % 2 === 0 ? "A" : "B"}`, metadata: { n: [id] } }));
  const forms = [lines(entries), JSON.stringify(entries, null, 1), JSON.stringify({ accuracy: 1, results: entries }), JSON.stringify(Object.fromEntries(entries.map((entry) => [entry.question_id, entry])))];
  const random = seededRandom(3, "files");
  for (let round = 0; round < (slow ? 5_000 : 60); round += 1) {
    const file = join(folder, `r${round % 2 === 0 ? ".json" : ".jsonl"}`);
    writeFileSync(file, damaged(forms[round % forms.length] as string, random));
    try {
      const { score } = await scoreFile({ benchmark: benchmarkNamed("geoqa"), folder, file });
      expect(score.n).toBe(12);
      expect(score.answered + score.problems.missing.length).toBe(12);
    } catch (error) {
      if (!InputError.isInstance(error)) throw error;
      expect(error.message).not.toContain("\n");
    }
  }
});
