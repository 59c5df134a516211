import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "@mmgeo/dataset";
import { useNativeBackend } from "@mmgeo/engine";
import { questionsOf, scoreResponses } from "@mmgeo/evaluation";
import { disposeModel, generate, loadModel, quickRecipe, questionPrompt } from "@mmgeo/mmgeolm";
import type { z } from "zod";
import type { languageModelReportSchema } from "../report/report.js";
import type { Stage } from "../stage.js";
import { heldOutFolder } from "./dataset.js";
import { modelFolder } from "./encoder-training.js";
import { stageLossesFile, type StageLosses } from "./language-model.js";
import { recordsOf } from "./training.js";

export const languageModelReportFile = "language-model-report.json";
export const responsesFile = "responses.jsonl";

/** The longest answer of a language model that was built on, as in the paper (section 4). */
const PAPER_NEW_TOKENS = 1024;

/** Asks the language model the questions of problems that no training saw, and scores what it answers. */
export const answersStage: Stage = {
  name: "answers",
  title: "Answer and score held-out questions",
  inputs: ["dataset", "language-model"],
  packages: ["@mmgeo/mmgeolm", "@mmgeo/mmclip", "@mmgeo/evaluation", "@mmgeo/engine", "@mmgeo/dataset"],
  parameters: ({ evaluation, seed }) => ({ questions: evaluation.questions, seed }),
  async run({ folder, inputs, config, progress }) {
    await useNativeBackend();
    const heldOut = join(inputs["dataset"]!, heldOutFolder);
    const records = new Map((await recordsOf(heldOut)).map((record) => [record.id, record]));
    const questions = questionsOf(records.values(), { seed: config.seed, folder: heldOut }).questions.slice(0, config.evaluation.questions);
    const model = await loadModel(join(inputs["language-model"]!, modelFolder));
    // The questions are put in the words of the training, so that the score is of the model and not of a foreign prompt.
    const requests = questions.map(({ id, image, choices }) => ({
      messages: [{ role: "user" as const, text: questionPrompt({ text: records.get(id)!.question!.text, choices: choices === null ? null : choices.map(({ text }) => text) }) }],
      images: image === null ? [] : [image],
    }));
    const generated = await generate({ model, requests, maxNewTokens: config.languageModel.from === null ? quickRecipe.maxNewTokens : PAPER_NEW_TOKENS });
    const responses = generated.map(({ text }, index) => ({ id: questions[index]!.id, response: text }));
    progress({ done: responses.length, total: questions.length, text: "questions" });
    const { score, answers } = scoreResponses({ benchmark: "held-out", questions, responses });
    const report: z.infer<typeof languageModelReportSchema> = {
      parameters: Object.values(model.parameters).reduce((sum, { size }) => sum + size, 0),
      stages: JSON.parse(await readFile(join(inputs["language-model"]!, stageLossesFile), "utf8")) as StageLosses,
      score: { n: score.n, answered: score.answered, unreadable: score.unreadable, accuracy: score.accuracy, interval: [...score.interval], chance: score.chance ?? 0, majority: score.majority },
      answers: answers.map((answer, index) => ({
        id: answer.id,
        question: records.get(answer.id)!.question!.text,
        choices: (questions[index]!.choices ?? []).map(({ text }) => text),
        gold: answer.gold,
        response: answer.response ?? "",
        extracted: answer.extracted,
        correct: answer.outcome === "right",
      })),
    };
    disposeModel(model);
    await writeFileAtomic(join(folder, responsesFile), responses.map((response) => `${JSON.stringify(response)}\n`).join(""));
    await writeFileAtomic(join(folder, languageModelReportFile), `${JSON.stringify(report, null, 2)}\n`);
  },
};
