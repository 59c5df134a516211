import { basename, resolve } from "node:path";
import { InputError, writeFileAtomic } from "@mmgeo/dataset";
import type { Command } from "commander";
import { type Agreement, agreementOf } from "../review/agreement.js";
import { exportedJudgements, toCsv, toJsonLines } from "../review/export.js";
import { type PairKind, pairKinds, sampleItems } from "../review/items.js";
import { serveReview } from "../review/server.js";
import { openReview, type ReviewState } from "../review/state.js";
import { positiveNumber, wholeNumber } from "./flags.js";
import { log, printJson } from "./output.js";

interface ReviewOptions {
  count: number;
  kinds: PairKind[];
  seed: number;
  state?: string;
  host: string;
  port: number;
  token?: string;
  export?: string;
  json?: boolean;
}

/** As many captions as the paper had three people check. */
const PAPER_COUNT = 123;

function kindsOf(value: string): PairKind[] {
  const kinds = value.split(",").map((kind) => {
    const known = pairKinds.find((known) => known === kind.trim());
    if (known === undefined) throw new InputError({ message: `there is no kind "${kind}"; take some of ${pairKinds.join(",")}`, field: "--kinds" });
    return known;
  });
  return [...new Set(kinds)];
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

function printAgreement({ confirmed, cohen, fleiss, annotators }: Agreement): void {
  log(annotators.length === 0 ? "nobody has judged yet" : `judged: ${annotators.map(({ name, judged }) => `${name} ${judged}`).join(", ")}`);
  for (const { kind, judgements, confirmed: count, interval } of confirmed) log(`${kind}: ${count} of ${judgements} as the dataset says, ${percent(count / judgements)} (${percent(interval[0])} to ${percent(interval[1])})`);
  const kappa = (value: number | null): string => (value === null ? "not defined, all say the same" : value.toFixed(3));
  for (const one of cohen) log(`${one.first} and ${one.second}: agree on ${percent(one.observed)} of ${one.items}, Cohen's kappa ${kappa(one.kappa)}`);
  if (fleiss !== null) log(`all: agree on ${percent(fleiss.observed)} of ${fleiss.items}, Fleiss' kappa ${kappa(fleiss.kappa)}`);
}

async function exportTo(file: string, state: ReviewState): Promise<void> {
  const judgements = exportedJudgements({ items: state.items, judgements: state.judgements() });
  await writeFileAtomic(file, file.endsWith(".csv") ? toCsv(judgements) : toJsonLines(judgements));
  log(`${judgements.length} judgements in ${file}`);
}

async function untilStopped(): Promise<void> {
  await new Promise<void>((stop) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop());
  });
}

export function registerReviewCommand(program: Command): void {
  program
    .command("review <folder>")
    .description("a page on which people judge whether captions are true of pictures, blind to what the dataset says; ends with their agreement")
    .option("--count <number>", "pairs to judge", positiveNumber, PAPER_COUNT)
    .option("--kinds <list>", "of which kinds, equally many of each", kindsOf, [...pairKinds])
    .option("--seed <number>", "of the sample", wholeNumber, 1)
    .option("--state <file>", "where judgements are kept (SQLite); the default is the folder's name with .review.sqlite, here")
    .option("--host <address>", "where to listen; beyond this machine only with --token", "127.0.0.1")
    .option("--port <number>", "0 takes a free one", wholeNumber, 0)
    .option("--token <secret>", "what everyone who judges has to know")
    .option("--export <file>", "write the judgements so far (.jsonl or .csv) and their agreement, and serve nothing")
    .option("--json", "print the agreement as one JSON object at the end")
    .action(async (folder: string, options: ReviewOptions) => {
      const dataset = resolve(folder);
      const { count, kinds, seed, host, port, token } = options;
      const items = await sampleItems({ folder: dataset, count, kinds, seed });
      const state = await openReview({ file: options.state ?? `${basename(dataset)}.review.sqlite`, items });
      try {
        if (options.export !== undefined) await exportTo(options.export, state);
        else {
          const server = await serveReview({ folder: dataset, state, title: basename(dataset), host, port, token: token ?? null });
          log(`${items.length} pairs to judge at ${server.url}; Ctrl+C ends it, and it goes on from there`);
          await untilStopped();
          await server.close();
        }
        const agreement = agreementOf({ items, judgements: state.judgements() });
        printAgreement(agreement);
        if (options.json === true) printJson(agreement);
      } finally {
        state.close();
      }
    });
}
