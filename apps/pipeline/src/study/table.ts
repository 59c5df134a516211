import { bootstrapInterval, comparePaired } from "@mmgeo/evaluation";
import { z } from "zod";
import { type Cell, type Measure, measures, type Outcome } from "./cell.js";
import type { Study } from "./study-config.js";

const measure = z.enum(measures);
const interval = z.tuple([z.number(), z.number()]);

export const studyReportSchema = z.object({
  version: z.literal(1),
  title: z.string(),
  question: z.string(),
  seeds: z.array(z.number().int()),
  figures: z.array(
    z.object({
      variant: z.string(),
      set: measure,
      /** held-out samples, each once a seed */
      samples: z.number().int(),
      /** share that is right, over all seeds */
      accuracy: z.number(),
      /** 95 %, by the bootstrap over samples: a sample's trainings are drawn together */
      interval,
      chance: z.number(),
      /** the same for each seed alone */
      bySeed: z.array(z.number()),
    }),
  ),
  comparisons: z.array(
    z.object({
      better: z.string(),
      worse: z.string(),
      set: measure,
      /** samples that both were tried on, each once a seed */
      samples: z.number().int(),
      /** accuracy of the better minus that of the worse on the same samples */
      difference: z.number(),
      interval,
      /** whether the whole interval lies above zero */
      holds: z.boolean(),
    }),
  ),
  provenance: z.array(z.object({ variant: z.string(), seed: z.number().int(), stages: z.array(z.object({ stage: z.string(), key: z.string(), digest: z.string() })) })),
});

export type StudyReport = z.infer<typeof studyReportSchema>;

/** Of the bootstrap: the same outcomes give the same intervals. */
const RESAMPLING_SEED = 1;

const mean = (values: readonly number[]): number => (values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length);

type Tried = Outcome & { seed: number };

function figureOf({ variant, set, outcomes, seeds }: { variant: string; set: Measure; outcomes: Tried[]; seeds: readonly number[] }): StudyReport["figures"][number] {
  const right = outcomes.map(({ right }) => Number(right));
  return {
    variant,
    set,
    samples: outcomes.length,
    accuracy: mean(right),
    interval: bootstrapInterval({ values: right, groups: outcomes.map(({ id }) => id), seed: RESAMPLING_SEED }),
    chance: mean(outcomes.map(({ chance }) => chance)),
    bySeed: seeds.map((seed) => mean(outcomes.filter((outcome) => outcome.seed === seed).map(({ right }) => Number(right)))),
  };
}

function comparisonOf({ better, worse, set }: Study["comparisons"][number], outcomesOf: (variant: string, set: Measure) => Tried[]): StudyReport["comparisons"][number] {
  const key = ({ id, seed }: Tried): string => `${seed} ${id}`;
  const others = new Map(outcomesOf(worse, set).map((outcome) => [key(outcome), outcome]));
  const pairs = outcomesOf(better, set).flatMap((first) => {
    const second = others.get(key(first));
    return second === undefined ? [] : [{ first, second }];
  });
  const { difference, interval } = comparePaired({ first: pairs.map(({ first }) => first.right), second: pairs.map(({ second }) => second.right), groups: pairs.map(({ first }) => first.id), seed: RESAMPLING_SEED });
  return { better, worse, set, samples: pairs.length, difference, interval, holds: interval[0] > 0 };
}

/** Every figure of a study with its interval, and every claim of order with the paired difference that bears it or does not. */
export function tabulate({ study, cells }: { study: Study; cells: readonly Cell[] }): StudyReport {
  const outcomesOf = (variant: string, set: Measure): Tried[] =>
    cells.filter((cell) => cell.variant === variant).flatMap(({ seed, outcomes }) => outcomes.filter((outcome) => outcome.set === set).map((outcome) => ({ ...outcome, seed })));
  const figures = study.variants.flatMap(({ name }) =>
    measures.flatMap((set) => {
      const outcomes = outcomesOf(name, set);
      return outcomes.length === 0 ? [] : [figureOf({ variant: name, set, outcomes, seeds: study.seeds })];
    }),
  );
  return {
    version: 1,
    title: study.title,
    question: study.question,
    seeds: study.seeds,
    figures,
    comparisons: study.comparisons.map((comparison) => comparisonOf(comparison, outcomesOf)),
    provenance: cells.map(({ variant, seed, provenance }) => ({ variant, seed, stages: provenance })),
  };
}
