import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DiagramRecord, type ImageNegative, InputError, readRecords } from "@mmgeo/dataset";
import { afterEach, describe, expect, it } from "vitest";
import { buildDataset } from "../build/build-dataset.js";
import { checkDataset } from "../build/check-dataset.js";
import { languageModel } from "../language-model/language-model.js";
import { type ChatRequest, fails, type Reply, says, type ScriptedServer, scriptedServer } from "../language-model/scripted-server.js";
import { parseStatement } from "../language/parse.js";
import { unfaithful } from "./faithful.js";
import { problemsOfQuestions } from "./problems-of-questions.js";
import { proveProgram } from "./program-of-question.js";
import { readQuestions, type TextQuestion } from "./question-file.js";

const servers: ScriptedServer[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

const program = ["Shape(AD,DE,EA)", "Shape(DB,BC,CE,ED)", "Collinear(ADB)", "Collinear(AEC)", "ParallelBetweenLine(DE,BC)", "Equal(LengthOfLine(AD),2)", "Equal(LengthOfLine(DB),4)", "Equal(LengthOfLine(DE),2)", "Value(LengthOfLine(BC))"];
const question: TextQuestion = { id: "q1", text: "In triangle ABC, DE is parallel to BC, AD = 2, DB = 4 and DE = 2. Find BC.", answer: "6", choices: null };

/** Which of the three steps a request is. */
const stepOf = ({ messages }: ChatRequest): "program" | "caption" | "edits" => {
  const system = messages[0]?.content ?? "";
  return system.startsWith("You write diagrams") ? "program" : system.startsWith("You describe") ? "caption" : "edits";
};

/** Plays a model: programs one after another, then one caption and one list of edits. */
async function play({ programs, caption, edits }: { programs: Reply[]; caption?: unknown; edits?: unknown }): Promise<ScriptedServer> {
  let asked = 0;
  const server = await scriptedServer((response, request) => {
    const step = stepOf(request);
    if (step === "program") programs[Math.min(asked++, programs.length - 1)]?.(response, request);
    else says(JSON.stringify(step === "caption" ? { sentences: caption ?? [] } : { edits: edits ?? [] }))(response, request);
  });
  servers.push(server);
  return server;
}

async function build({ url }: ScriptedServer, questions: TextQuestion[] = [question]): Promise<{ records: DiagramRecord[]; report: Awaited<ReturnType<typeof buildDataset>>; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), "mmgeo-questions-"));
  const model = languageModel({ url, model: "small", retries: 0, timeoutSeconds: 1, cacheFolder: join(folder, "answers") });
  const report = await buildDataset({ problems: problemsOfQuestions({ questions, model, seed: 1, negatives: 4, source: "test" }), folder: join(folder, "out"), negatives: 4, size: 96 });
  const records: DiagramRecord[] = [];
  for await (const record of readRecords(join(folder, "out"))) records.push(record);
  return { records, report, folder: join(folder, "out") };
}

const programReply = (lines: string[]): Reply => says(JSON.stringify({ program: lines }));

describe("problemsOfQuestions", () => {
  it("builds a proven record with the model's caption and edits, and says what it dropped", async () => {
    const server = await play({
      programs: [programReply(program)],
      caption: [
        { statement: "ParallelBetweenLine(DE,BC)", sentence: "Line DE runs parallel to line BC." },
        { statement: "Equal(LengthOfLine(AD),2)", sentence: "AD is 3 units long." },
        { statement: "Equal(LengthOfLine(BC),6)", sentence: "BC is 6." },
      ],
      edits: [
        { class: "number", from: "Equal(LengthOfLine(DB),4)", to: "Equal(LengthOfLine(DB),2)" },
        { class: "number", from: "Equal(LengthOfLine(DB),4)", to: "Equal(LengthOfLine(DB),4.0)" },
        { class: "order", from: "Equal(LengthOfLine(AD),2)", to: "Equal(LengthOfLine(AX),2)" },
      ],
    });
    const { records, report, folder } = await build(server);
    const [record] = records as [DiagramRecord];
    expect(report).toMatchObject({ read: 1, built: 1, answers: { measured: 1, comparable: 1 } });
    expect(record.caption).toContain("Line DE runs parallel to line BC.");
    expect(record.caption).not.toContain("3 units");
    expect(record.provenance.model).toBe("small");
    expect((record.negatives[0] as ImageNegative).edits).toEqual([{ class: "number", from: "Equal(LengthOfLine(DB),4)", to: "Equal(LengthOfLine(DB),2)" }]);
    expect(record.negatives).toHaveLength(4);
    const notes = record.provenance.notes?.join("\n") ?? "";
    for (const reason of ["it does not say 2", "is not among the statements", "it changes no meaning"]) expect(notes).toContain(reason);
    expect((await checkDataset(folder)).wrong).toEqual([]);
  });

  it("sends problems back for repair, twice at most", async () => {
    const slip = program.map((line) => line.replace("ParallelBetweenLine(DE,BC)", "ParallelTo(DE,BC)"));
    const wrong = program.map((line) => line.replace("Equal(LengthOfLine(DB),4)", "Equal(LengthOfLine(DB),8)"));
    const mended = await play({ programs: [programReply(slip), programReply(wrong), programReply(program)] });
    const { records } = await build(mended);
    expect(records[0]?.provenance.notes).toContain("the model corrected its program twice");
    const repairs = mended.requests.filter((request) => stepOf(request) === "program").map(({ messages }) => messages.at(-1)?.content ?? "");
    expect(repairs[1]).toContain('unknown statement "ParallelTo"');
    expect(repairs[2]).toMatch(/measures 10, and the answer is 6/);
    const hopeless = await play({ programs: [programReply(slip)] });
    const { report } = await build(hopeless);
    expect(report.failed).toEqual([{ id: "q1", stage: "read", reason: expect.stringMatching(/no program after 2 repairs: .*ParallelTo/) }]);
    expect(hopeless.requests).toHaveLength(3);
  });

  it("drops a question whose answer is truncated, slow or refused, and builds the others in order", async () => {
    const replies: Reply[] = [says('{"program":["Sha', "length"), () => undefined, fails(500), programReply(program)];
    const server = await play({ programs: replies });
    const questions = ["a", "b", "c", "d"].map((id) => ({ ...question, id, text: `${question.text} (${id})` }));
    const folder = await mkdtemp(join(tmpdir(), "mmgeo-questions-"));
    const model = languageModel({ url: server.url, model: "small", retries: 0, timeoutSeconds: 0.3 });
    const report = await buildDataset({ problems: problemsOfQuestions({ questions, model, seed: 1, captions: "rule", edits: "rule", ahead: 1, source: "test" }), folder, negatives: 0, size: 64 });
    expect(report.failed.map(({ id, reason }) => `${id} ${reason.split(":")[0]}`)).toEqual(["a truncated", "b slow", "c unreachable"]);
    expect(report.built).toBe(1);
  });

  it("stops where the key is wrong", async () => {
    const server = await play({ programs: [fails(401)] });
    await expect(build(server)).rejects.toThrow(/does not accept the key/);
  });
});

describe("proveProgram", () => {
  it.each([
    [["Shape(AB,BC,CA)", "Equal(LengthOfLine(AB),1)", "Equal(LengthOfLine(BC),2)", "Equal(LengthOfLine(CA),9)"], /contradict/],
    [["Equal(x,2)"], /names no points/],
    [["Shape(AB,BC,CA)"], /Value/],
    [["Shape(AB,BC,CA)", "Value(LengthOfLine(AX))"], /names something/],
  ])("says what is wrong with %j", (lines, problem) => {
    const result = proveProgram({ lines, question: { answer: "6" }, seed: 1 });
    expect(result.ok ? "" : result.problem).toMatch(problem);
  });
});

describe("unfaithful", () => {
  it.each([
    ["DE is parallel to BC", "ParallelBetweenLine(DE,BC)", null],
    ["DE is perpendicular to BC", "ParallelBetweenLine(DE,BC)", "it does not say what ParallelBetweenLine says"],
    ["DE is not parallel to BC", "ParallelBetweenLine(DE,BC)", "it denies something"],
    ["A right triangle is ABC", "RightTriangle(ABC)", null],
    ["Angle ABC is 50 degrees", "Equal(MeasureOfAngle(ABC),50)", null],
    ["Angle ABD is 50 degrees", "Equal(MeasureOfAngle(ABC),50)", "it does not name C"],
    ["Angle ABC is 50 degrees and AB is parallel to BC", "Equal(MeasureOfAngle(ABC),50)", 'it says "parallel", which Equal(MeasureOfAngle(ABC),50) does not'],
  ])("%s", (sentence, statement, reason) => {
    expect(unfaithful(sentence, parseStatement(statement))).toBe(reason);
  });
});

describe("readQuestions", () => {
  it("names the line and field of what is no question", async () => {
    const file = join(await mkdtemp(join(tmpdir(), "mmgeo-questions-")), "questions.jsonl");
    await writeFile(file, '{"id":1,"question":"Find x.","answer":6}\n{"id":"../x","question":"Find y."}\n');
    const read = readQuestions(file)[Symbol.asyncIterator]();
    expect((await read.next()).value).toEqual({ id: "1", text: "Find x.", answer: "6", choices: null });
    await expect(read.next()).rejects.toSatisfy((error) => InputError.isInstance(error) && error.message.includes("line 2, field id"));
  });
});
