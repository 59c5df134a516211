import { join } from "node:path";
import { writeFileAtomic } from "@mmgeo/dataset";
import { readFormalGeo, sampleProblems, type Problem } from "@mmgeo/diagram";
import { digestOfValue } from "../store/digest.js";
import type { Stage } from "../stage.js";

/** The problems of a run (`problems.jsonl`, in a fixed order) and where they come from (`problems.json`). */
export const problemsFile = "problems.jsonl";
export const problemsSummaryFile = "problems.json";

export interface ProblemsSummary {
  source: string;
  /** problems in the source */
  read: number;
  /** problems the run took */
  taken: number;
}

async function collect(problems: AsyncIterable<Problem>): Promise<Problem[]> {
  const all: Problem[] = [];
  for await (const problem of problems) all.push(problem);
  return all;
}

/** A choice of `count` problems that depends on nothing but their ids and the seed: adding problems elsewhere changes few of them. */
export function chooseProblems(problems: Problem[], count: number, seed: number): Problem[] {
  return problems
    .map((problem) => ({ problem, rank: digestOfValue([seed, problem.id]) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, count)
    .map(({ problem }) => problem);
}

export const problemsStage: Stage = {
  name: "problems",
  title: "Read the problems",
  inputs: [],
  packages: ["@mmgeo/diagram"],
  parameters: ({ problems, seed }) => ({ ...problems, seed }),
  // A folder outside may have changed since, so it is read each time; what follows is done again only if the problems differ.
  always: ({ problems }) => problems.folder !== null,
  async run({ folder, config }) {
    const { folder: source, count } = config.problems;
    const all = source === null ? sampleProblems({ count, seed: config.seed }) : await collect(readFormalGeo(source));
    const taken = source === null ? all : chooseProblems(all, count, config.seed);
    const summary: ProblemsSummary = { source: source === null ? "Problems of the sampler" : "FormalGeo7k", read: all.length, taken: taken.length };
    await writeFileAtomic(join(folder, problemsFile), taken.map((problem) => `${JSON.stringify(problem)}\n`).join(""));
    await writeFileAtomic(join(folder, problemsSummaryFile), `${JSON.stringify(summary, null, 2)}\n`);
  },
};
