import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { checkStatement, LanguageModelError, parseStatement, type LanguageModel, type LanguageModelRequest } from "@mmgeo/diagram";
import { expect, it } from "vitest";
import { rightTriangleRecord } from "../claims/testing.js";
import { modelMessagesOfFile, writeModelNegatives } from "../files/model-file.js";
import { negativesOfModel, questionOfRecord, questionOfText } from "./negatives-of-model.js";

/** A model that says what it is told to, whatever it is asked. */
function scripted(say: (request: LanguageModelRequest<unknown>) => unknown): LanguageModel & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    model: "scripted",
    async ask(request) {
      asked.push(request.messages.map(({ content }) => content).join("\n"));
      const value = request.schema.parse(say(request as LanguageModelRequest<unknown>));
      return { value, text: JSON.stringify(value), cached: false };
    },
    usage: () => ({ requests: asked.length, cached: 0, inputTokens: 0, outputTokens: 0, cost: null }),
  };
}
const edit = (editClass: string, from: string, to: string) => ({ class: editClass, from, to });

const caption = "In triangle ABC, AB = 5, AC = 9, and DE is parallel to BC.";

it("keeps the edits of a plain caption that the rules accept, and says what became of the others", async () => {
  const model = scripted(() => ({
    negatives: [
      { edits: [edit("number", "AB = 5", "AB = 7")] },
      { edits: [edit("shape", "parallel", "perpendicular"), edit("order", "BC", "CB")] },
      { edits: [edit("number", "AB = 5", "AB = 7")] },
      { edits: [edit("order", "triangle ABC", "triangle CAB")] },
      { edits: [edit("number", "AB = 50", "AB = 7")] },
      { edits: [edit("order", "AC = 9", "AF = 9")] },
      { edits: [edit("relation", "DE is parallel to BC", "DE touches BC")] },
      { edits: [edit("number", "= 9", "= 4"), edit("number", "AC = 9", "AC = 4")] },
    ],
  }));
  const { negatives, reasons } = await negativesOfModel({ question: questionOfText({ caption, count: 5 }), model, seed: 1, count: 5 });
  expect(model.asked[0]).toContain(caption);
  expect(negatives.map((negative) => negative.caption)).toEqual([caption.replace("5", "7"), caption.replace("parallel", "perpendicular"), caption.replace("9", "4")]);
  // The class is the rules', not the model's.
  expect(negatives[1]!.edits).toEqual([{ class: "relation", from: "parallel", to: "perpendicular", span: [caption.indexOf("parallel"), caption.indexOf("parallel") + "perpendicular".length] }]);
  expect(reasons).toEqual({
    "no change is known to contradict the caption": 3,
    "the same negative again": 1,
    "words not in the caption": 1,
    "label not in the caption": 1,
    "edits overlap": 1,
    "fewer distinct negatives than asked for": 1,
  });
});

it("proves the edits of a record's claims on its scene", async () => {
  const record = rightTriangleRecord();
  const at = (claim: string): number => 1 + record.claims.indexOf(claim);
  const one = (claim: number, to: string, editClass = "number") => ({ edits: [{ class: editClass, claim, to }] });
  const number = at("Equal(LengthOfLine(AD),2)");
  const model = scripted(() => ({
    negatives: [
      one(number, "Equal(LengthOfLine(AD),5)", "shape"),
      one(number, "Equal(LengthOfLine(DA),2)"),
      one(number, "Equal(LengthOfLine(AB),6)"),
      one(number, "Equal(LengthOfLine(AD),2.001)"),
      one(number, "Equal(LengthOfLine(AZ),2)"),
      one(number, "a triangle"),
      one(99, "Equal(LengthOfLine(AD),5)"),
      one(at("Equal(LengthOfLine(BC),x+1)"), "Equal(LengthOfLine(BC),x+3)"),
    ],
  }));
  const { negatives, reasons } = await negativesOfModel({ question: questionOfRecord({ record, count: 8 }), model, seed: 1, count: 8 });
  expect(model.asked[0]).toContain("Equal(LengthOfLine(AD),2)");
  expect(negatives).toHaveLength(1);
  expect(negatives[0]).toMatchObject({ kind: "rule", falseClaims: ["Equal(LengthOfLine(AD),5)"], edits: [{ class: "number", from: "Equal(LengthOfLine(AD),2)" }] });
  for (const claim of negatives[0]!.falseClaims) expect(checkStatement(parseStatement(claim), record.scene, { reading: "english" }).verdict).toBe("false");
  expect(reasons).toMatchObject({ unchanged: 1, "claim true of the image": 1, "claim undecided": 1, "label not in the caption": 1, "no statement": 1, "no such claim": 1, "claim of a symbol that nothing else binds": 1 });
});

it("goes on where one question has no answer, and stops where none can have one", async () => {
  const folder = await mkdtemp(join(tmpdir(), "model-negatives-"));
  const input = join(folder, "in.jsonl");
  const output = join(folder, "out.jsonl");
  await writeFile(input, [{ id: "1", caption }, { id: "2", caption: "" }, { id: "3", caption: "AB = 5 and CD = 8." }, rightTriangleRecord()].map((line) => `${JSON.stringify(line)}\n`).join(""));
  const model = scripted(({ messages }) => {
    if (messages.some(({ content }) => content.includes("CD = 8"))) throw new LanguageModelError({ failure: "refused", message: "refused", text: "" });
    return { negatives: messages.some(({ content }) => content.includes("Statements")) ? [] : [{ edits: [edit("number", "AB = 5", "AB = 7")] }] };
  });
  const report = await writeModelNegatives({ input, output, perCaption: 1, seed: 1, model });
  expect(report).toMatchObject({ captions: 4, negatives: 1, reasons: { "empty caption": 1, "no answer: refused": 1 }, usage: { requests: 3 } });
  expect((await readFile(output, "utf8")).trim().split("\n")).toHaveLength(4);
  const messages = [];
  for await (const asked of modelMessagesOfFile({ input, perCaption: 1 })) messages.push(asked);
  expect(messages).toHaveLength(3);
  const locked = scripted(() => {
    throw new InputError({ message: "the server wants a key" });
  });
  await expect(writeModelNegatives({ input, output, perCaption: 1, seed: 1, model: locked })).rejects.toSatisfy(InputError.isInstance);
});
