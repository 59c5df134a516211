import { writeFileAtomic } from "@mmgeo/dataset";
import type { LanguageModel, LanguageModelMessage, LanguageModelUsage } from "@mmgeo/diagram";
import { negativesOfModel, questionOfRecord, questionOfText, type ModelNegatives } from "../language-model/negatives-of-model.js";
import { readInputLines, type InputLine } from "./caption-lines.js";
import { countReason, joined, lineWith, type RuleFileReport } from "./rule-file.js";

export type ModelFileReport = RuleFileReport & { usage: LanguageModelUsage };

/** Lines asked about at a time; the model's own limit says how many requests are under way. */
const linesAtOnce = 64;

type Asked = ModelNegatives<Parameters<typeof lineWith>[1][number]>;

function askAbout(entry: InputLine, { model, perCaption, seed }: { model: LanguageModel; perCaption: number; seed: number }): Promise<Asked> {
  return entry.kind === "record"
    ? negativesOfModel({ question: questionOfRecord({ record: entry.record, count: perCaption }), model, seed, count: perCaption })
    : negativesOfModel({ question: questionOfText({ caption: entry.caption.caption, count: perCaption }), model, seed, count: perCaption });
}

/**
 * Asks a language model for negatives of each line of a file and keeps those that the rules accept (a plain caption) or the checker proves (a record). They
 * take the place of the line's earlier rule negatives, whose kind they are. The output is written whole or not at all; answers are in the model's cache.
 */
export async function writeModelNegatives({ input, output, perCaption, seed, model, onProgress }: { input: string; output: string; perCaption: number; seed: number; model: LanguageModel; onProgress?: (captions: number) => void }): Promise<ModelFileReport> {
  const report: RuleFileReport = { captions: 0, negatives: 0, reasons: {} };
  async function* blocks(): AsyncIterable<InputLine[]> {
    let block: InputLine[] = [];
    for await (const entry of readInputLines(input)) {
      block.push(entry);
      if (block.length === linesAtOnce) {
        yield block;
        block = [];
      }
    }
    yield block;
  }
  async function* lines(): AsyncIterable<string> {
    for await (const block of blocks()) {
      const answers = await Promise.all(block.map((entry) => askAbout(entry, { model, perCaption, seed })));
      for (const [index, { negatives, reasons }] of answers.entries()) {
        report.captions += 1;
        report.negatives += negatives.length;
        for (const [reason, times] of Object.entries(reasons)) countReason(report.reasons, reason, times);
        yield lineWith(block[index]!, negatives);
      }
      onProgress?.(report.captions);
    }
  }
  await writeFileAtomic(output, joined(lines()));
  return { ...report, usage: model.usage() };
}

/** What a model would be asked about the first lines of a file; nothing is sent. */
export async function* modelMessagesOfFile({ input, perCaption }: { input: string; perCaption: number }): AsyncIterable<LanguageModelMessage[]> {
  for await (const entry of readInputLines(input)) {
    const question = entry.kind === "record" ? questionOfRecord({ record: entry.record, count: perCaption }) : questionOfText({ caption: entry.caption.caption, count: perCaption });
    if ("messages" in question) yield question.messages;
  }
}
