import { editClassSchema } from "@mmgeo/dataset";
import { z } from "zod";

const interval = z.tuple([z.number(), z.number()]);
const losses = z.array(z.object({ step: z.number().int(), loss: z.number() }));

/** How the problems fared on their way to records; each that did not become one is in `failed` with its reason. */
export const problemsReportSchema = z.object({
  source: z.string(),
  /** problems in the source */
  read: z.number().int(),
  /** problems this run took */
  taken: z.number().int(),
  /** problems with a picture, every statement and every claim of the caption proven on its coordinates */
  built: z.number().int(),
  failed: z.array(z.object({ id: z.string(), stage: z.string(), reason: z.string() })),
});

export const datasetReportSchema = z.object({
  records: z.number().int(),
  training: z.number().int(),
  heldOut: z.number().int(),
  negatives: z.object({ image: z.number().int(), rule: z.number().int(), retrieval: z.number().int() }),
  edits: z.object({ order: z.number().int(), shape: z.number().int(), relation: z.number().int(), number: z.number().int() }),
  claims: z.number().int(),
  falseClaims: z.number().int(),
  /** claims and false claims that a second proof found wrong: none, or something is broken */
  wrong: z.array(z.object({ id: z.string(), statement: z.string(), problem: z.string() })),
  /** records whose task failed three times: they are in neither part */
  setAside: z.array(z.object({ id: z.string(), reason: z.string() })),
});

/** Hit@1 of the positive among its own candidates, on problems that no training saw (paper, section on the encoder's retrieval). */
export const hitsSchema = z.object({
  set: z.enum(["random", "retrieval", "rule", "image"]),
  samples: z.number().int(),
  meanCandidates: z.number(),
  hitAt1: z.number(),
  interval,
  chance: z.number(),
  beatsChance: z.boolean(),
  /** a control: Hit@1 with every anchor replaced by their mean, which is what the candidates give away by themselves */
  blindHitAt1: z.number(),
  meanReciprocalRank: z.number(),
  /** the same among the negatives of one class of edits alone, for sets whose negatives are edits */
  byClass: z.array(z.object({ class: editClassSchema, samples: z.number().int(), hitAt1: z.number(), interval, chance: z.number() })),
});

export const encoderReportSchema = z.object({
  parameters: z.number().int(),
  losses,
  sets: z.array(hitsSchema),
});

export const answerSchema = z.object({
  id: z.string(),
  question: z.string(),
  choices: z.array(z.string()),
  gold: z.string(),
  response: z.string(),
  extracted: z.string().nullable(),
  correct: z.boolean(),
});

export const languageModelReportSchema = z.object({
  parameters: z.number().int(),
  stages: z.array(z.object({ stage: z.string(), losses })),
  score: z.object({
    n: z.number().int(),
    answered: z.number().int(),
    unreadable: z.number().int(),
    accuracy: z.number(),
    interval,
    /** of a guess */
    chance: z.number(),
    /** of always the most frequent answer; null where questions have no choices */
    majority: z.number().nullable(),
  }),
  answers: z.array(answerSchema),
});

export const reportSchema = z.object({
  version: z.literal(1),
  preset: z.string(),
  seed: z.number().int(),
  problems: problemsReportSchema.extend({
    /** of the problems built, those of which a second proof found nothing wrong */
    proven: z.number().int(),
  }),
  dataset: datasetReportSchema,
  encoder: encoderReportSchema,
  languageModel: languageModelReportSchema,
  /** the stages in order, with the digest of what each published: the same inputs give the same digests */
  provenance: z.array(z.object({ stage: z.string(), key: z.string(), digest: z.string() })),
});

export type Report = z.infer<typeof reportSchema>;
export type Hits = z.infer<typeof hitsSchema>;
export type Answer = z.infer<typeof answerSchema>;
