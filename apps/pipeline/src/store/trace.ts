import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { InputError, parseJson, readRecords } from "@mmgeo/dataset";
import { z } from "zod";
import { heldOutFolder } from "../stages/dataset.js";
import { type Manifest, readManifest } from "./store.js";

const stageSchema = z.object({ stage: z.string(), key: z.string() });
const runSchema = z.object({ provenance: z.array(stageSchema) });
const studySchema = z.object({ provenance: z.array(z.object({ variant: z.string(), seed: z.number(), stages: z.array(stageSchema) })) });

/** The stages that the parts of a run's report come from. */
const sources: Record<string, string[]> = { problems: ["diagrams", "dataset"], dataset: ["dataset"], encoder: ["encoder-scores"], languageModel: ["answers"] };

export interface TracedStage extends Manifest {
  folder: string;
}

export interface Trace {
  path: string;
  value: unknown;
  /** the stages the value comes from and all behind them, each after those it needs */
  stages: TracedStage[];
  /** the held-out records that the value was measured on, where it was measured on them */
  records: { id: string; source: string; seed: number; generator: string; program: string }[];
}

/**
 * Follows a dotted path into a report. In a list a part of the path is a position or the value of a member, as `image` in
 * `encoder.sets.image.hitAt1`; parts that fit several elements narrow them down together, as in `figures.rule.image`.
 */
export function follow(report: unknown, path: string): unknown {
  let at = report;
  for (const part of path.split(".")) {
    let next: unknown;
    if (Array.isArray(at)) {
      const fitting = at.filter((element) => typeof element === "object" && element !== null && Object.values(element as object).includes(part));
      next = /^\d+$/u.test(part) && fitting.length === 0 ? at[Number(part)] : fitting.length <= 1 ? fitting[0] : fitting;
    } else if (typeof at === "object" && at !== null && Object.hasOwn(at, part)) next = (at as Record<string, unknown>)[part];
    if (next === undefined) throw new InputError({ message: `"${part}" is not in the report; there ${Array.isArray(at) ? `are ${at.length} elements` : `is ${Object.keys((at ?? {}) as object).join(", ")}`}`, field: path });
    at = next;
  }
  return at;
}

async function withThoseBehind({ store, wanted }: { store: string; wanted: { stage: string; key: string }[] }): Promise<TracedStage[]> {
  const ordered = new Map<string, TracedStage>();
  const visit = async ({ stage, key }: { stage: string; key: string }): Promise<void> => {
    const name = `${stage}-${key}`;
    if (ordered.has(name)) return;
    const folder = join(store, name);
    const manifest = await readManifest(folder);
    if (manifest === null) throw new InputError({ message: "is not in the store any more; run again to make it", file: folder });
    for (const [input, { key }] of Object.entries(manifest.inputs)) await visit({ stage: input, key });
    ordered.set(name, { ...manifest, folder });
  };
  for (const one of wanted) await visit(one);
  return [...ordered.values()];
}

async function recordsOf(folder: string): Promise<Trace["records"]> {
  const records: Trace["records"] = [];
  for await (const { id, provenance, program } of readRecords(folder)) {
    records.push({ id, source: provenance.source, seed: provenance.seed, generator: provenance.generator, program: createHash("sha256").update(program).digest("hex").slice(0, 16) });
  }
  return records;
}

/** Names everything that a figure of `report.json` or `study.json` was made of: `file#path`, as in `runs/x/report.json#encoder.sets.image`. */
export async function traceFigure(reference: string): Promise<Trace> {
  const [file = "", path = ""] = reference.split("#");
  if (path === "") throw new InputError({ message: `give the report and the path of a figure, as in ${file === "" ? "runs/quick/report.json" : file}#encoder.sets.image` });
  if (!existsSync(file)) throw new InputError({ message: "there is no such report", file });
  const report = parseJson(await readFile(file, "utf8"), { file });
  const value = follow(report, path);
  const store = join(dirname(file), "store");
  const study = studySchema.safeParse(report);
  let wanted: { stage: string; key: string }[];
  if (study.success) {
    const variants = study.data.provenance.filter(({ variant }) => path.split(".").includes(variant));
    wanted = (variants.length === 0 ? study.data.provenance : variants).flatMap(({ stages }) => stages);
  } else {
    const run = runSchema.safeParse(report);
    if (!run.success) throw new InputError({ message: "does not say which stages it is made of: not a report of this program", file });
    const names = sources[path.split(".")[0]!];
    wanted = run.data.provenance.filter(({ stage }) => names === undefined || names.includes(stage));
  }
  const stages = await withThoseBehind({ store, wanted });
  const measured = stages.some(({ stage }) => stage === "encoder-scores" || stage === "answers");
  const dataset = stages.find(({ stage }) => stage === "dataset");
  return { path, value, stages, records: measured && dataset !== undefined ? await recordsOf(join(dataset.folder, heldOutFolder)) : [] };
}
