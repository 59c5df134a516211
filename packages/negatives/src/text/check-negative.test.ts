import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readCaption } from "./caption.js";
import { checkTextNegative } from "./check-negative.js";
import { applyEdits } from "./compose.js";
import { editsOfCaption, ruleNegativesOfText } from "./rule-negatives-of-text.js";

interface LabelledEdit {
  label: "false" | "trap";
  class: string;
  caption: string;
  negative: string;
}

const labelled = readFileSync(new URL("__fixtures__/labelled-edits.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as LabelledEdit);

describe("the labelled edits", () => {
  it("are at least 300, of all classes, negatives and traps", () => {
    expect(labelled.length).toBeGreaterThanOrEqual(300);
    for (const label of ["false", "trap"]) expect(new Set(labelled.filter((edit) => edit.label === label).map((edit) => edit.class))).toEqual(new Set(["order", "shape", "relation", "number"]));
  });

  it("are accepted with a precision of at least 99.5 %, and so are all that are false", () => {
    const accepted = labelled.filter(({ caption, negative }) => checkTextNegative({ caption, negative }).accepted);
    const wrong = accepted.filter(({ label }) => label === "trap");
    expect(wrong).toEqual([]);
    expect(1 - wrong.length / accepted.length).toBeGreaterThanOrEqual(0.995);
    const falsified = labelled.filter(({ label }) => label === "false");
    const missed = falsified.filter((edit) => !accepted.includes(edit)).map(({ caption, negative }) => `${caption} / ${negative}`);
    expect(missed).toEqual([]);
  });

  it("no rule makes a trap of", () => {
    const traps = new Set(labelled.filter(({ label }) => label === "trap").map(({ caption, negative }) => `${caption} / ${negative}`));
    for (const { caption } of labelled) {
      for (const edit of editsOfCaption(readCaption(caption)).flat()) expect(traps).not.toContain(`${caption} / ${applyEdits(caption, [edit]).caption}`);
    }
  });
});

describe("checkTextNegative", () => {
  it("accepts what the rules make", () => {
    for (const { caption } of labelled) for (const { caption: negative } of ruleNegativesOfText({ id: "x", caption }, { count: 5, seed: 1 }).negatives) expect(checkTextNegative({ caption, negative })).toMatchObject({ accepted: true });
  });

  it("says why it refuses", () => {
    const reason = (caption: string, negative: string) => {
      const verdict = checkTextNegative({ caption, negative });
      return verdict.accepted ? null : verdict.reason;
    };
    expect(reason("AB=5, CD=6.", "AB=5,  CD=6.")).toBe("unchanged");
    expect(reason("AB=5.", "AE=5.")).toBe("label not in the caption");
    expect(reason("AB=5, CD=6.", "AB=5.")).toBe("clauses added or removed");
    expect(reason("ABCD is a square.", "ABCD is a rectangle.")).toBe("no change is known to contradict the caption");
  });

  it("accepts a change beside another that it does not know", () => {
    expect(checkTextNegative({ caption: "AB=5, CD touches EF.", negative: "AB=17, CD meets EF." })).toEqual({ accepted: true, contradictions: ["AB=17"], classes: ["number"] });
  });
});
