import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError, type Position, type Scene } from "@mmgeo/dataset";
import { z } from "zod";
import { parseStatement } from "../language/parse.js";
import type { Problem } from "../problem.js";
import { alongLine, aroundCentre } from "./alphageometry-translate.js";
import { likenesses, placesOf } from "./geometry3k-places.js";
import { type Form, parseForm } from "./geometry3k-form.js";
import { type Picture, translator, Untranslatable } from "./geometry3k-translate.js";

const MAX_FILE_BYTES = 50_000_000;

/** What the picture denies by so much is left out: the annotation then names the wrong point. Shares of the line's length and of the radius. */
const OFF_LINE = 0.12;
const OFF_CIRCLE = 0.16;

const forms = z.array(z.string().max(1000)).max(500);
const diagramSchema = z.object({ diagram_logic_forms: forms, line_instances: z.array(z.string()).max(500).default([]), point_positions: z.record(z.string(), z.tuple([z.number(), z.number()])) });
const textSchema = z.object({ text_logic_forms: forms.optional(), dissolved_text_logic_forms: forms.optional() });
const sampleFormSchema = z.object({ text_logic_form: forms.default([]), dissolved_text_logic_form: forms.optional(), diagram_logic_form: forms, line_instances: z.array(z.string()).max(500).default([]), point_positions: z.record(z.string(), z.tuple([z.number(), z.number()])) });
const sampleDataSchema = z.object({ problem_text: z.string().default(""), choices: z.array(z.string()).nullable().default(null), answer: z.string().default("") });

interface Annotation {
  id: string;
  diagram: string[];
  text: string[];
  lines: string[];
  positions: Record<string, [number, number]>;
  question: { text: string; choices: string[] | null; answer: string };
}

/** A point on a line (the point, then the line's two) or on a circle (the centre, then the point). */
interface Incidence {
  kind: "line" | "circle";
  letters: string[];
  source: string;
}

export interface Geometry3kProblem extends Problem {
  /** where the published picture has the points, y upwards, in about the units of the stated lengths */
  start: Scene | undefined;
  /** forms that CDL has no statement for, and why */
  leftOut: string[];
}

/**
 * Reads Geometry3K's logic forms as CDL: the published layout (folders with `data.json` and `logic_form.json`) or
 * InterGPS's annotation files (`diagram_logic_forms_annot.json` and the text forms beside it). Orders and senses, which
 * logic forms leave open, are read off the published point positions. Throws an InputError.
 */
export async function* readGeometry3k(directory: string, { limit = Number.POSITIVE_INFINITY }: { limit?: number } = {}): AsyncIterable<Geometry3kProblem> {
  let count = 0;
  for await (const annotation of annotationsOf(directory)) {
    if (count >= limit) return;
    count += 1;
    yield translateAnnotation(annotation);
  }
}

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const information = await stat(file).catch(() => null);
  if (information === null) throw new InputError({ file, message: "no such file; give a folder of Geometry3K problems or of its annotation files" });
  if (information.size > MAX_FILE_BYTES) throw new InputError({ file, message: `has ${information.size} bytes, at most ${MAX_FILE_BYTES} are read` });
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw new InputError({ file, message: "is not JSON; download it again", cause });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InputError({ file, field: issue?.path.join(".") ?? null, message: `${issue?.message ?? "is not what it has to be"}; Geometry3K's layout is expected` });
}

async function* annotationsOf(directory: string): AsyncIterable<Annotation> {
  const names = await readdir(directory).catch((cause: unknown) => {
    throw new InputError({ file: directory, message: "no such folder; give a folder of Geometry3K problems or of its annotation files", cause });
  });
  if (names.includes("diagram_logic_forms_annot.json")) {
    const diagrams = await readJson(join(directory, "diagram_logic_forms_annot.json"), z.record(z.string(), diagramSchema));
    const file = ["text_logic_forms_annot_dissolved.json", "text_logic_forms_annot.json"].find((name) => names.includes(name));
    const texts = file === undefined ? {} : await readJson(join(directory, file), z.record(z.string(), textSchema));
    for (const id of Object.keys(diagrams).sort((a, b) => Number(a) - Number(b))) {
      const { diagram_logic_forms: diagram, line_instances: lines, point_positions: positions } = diagrams[id] as z.infer<typeof diagramSchema>;
      const own = texts[id];
      yield { id, diagram, text: own?.dissolved_text_logic_forms ?? own?.text_logic_forms ?? [], lines, positions, question: { text: "", choices: null, answer: "" } };
    }
    return;
  }
  const folders = names.filter((name) => /^\d+$/.test(name)).sort((a, b) => Number(a) - Number(b));
  if (folders.length === 0) throw new InputError({ file: directory, message: "holds neither numbered problem folders nor diagram_logic_forms_annot.json" });
  for (const id of folders) {
    const form = await readJson(join(directory, id, "logic_form.json"), sampleFormSchema);
    const data = await readJson(join(directory, id, "data.json"), sampleDataSchema);
    const letter = "ABCD".indexOf(data.answer);
    yield {
      id,
      diagram: form.diagram_logic_form,
      text: form.dissolved_text_logic_form ?? form.text_logic_form,
      lines: form.line_instances,
      positions: form.point_positions,
      question: { text: data.problem_text, choices: data.choices, answer: data.choices?.[letter] ?? data.answer },
    };
  }
}

function translateAnnotation({ id, diagram, text, lines, positions, question }: Annotation): Geometry3kProblem {
  const leftOut: string[] = [];
  const read = (list: readonly string[]): { form: Form; text: string }[] =>
    list.flatMap((source) => {
      if (source.trim() === "") return [];
      try {
        return [{ form: parseForm(source), text: source }];
      } catch (error) {
        leftOut.push(`${source}: ${error instanceof Error ? error.message : ""}`);
        return [];
      }
    });
  const diagramForms = read(diagram);
  const textForms = read(text);
  const letter = letterTable();
  for (const name of Object.keys(positions)) letter(name);

  const incidences = diagramForms.flatMap(({ form, text: source }): Incidence[] => {
    const [point, other] = form.children;
    const names = [point?.name ?? "", ...(other?.children ?? []).map(({ name }) => name)];
    if (form.name === "PointLiesOnLine" && names.length === 3) return [{ kind: "line", letters: names.map(letter), source }];
    return form.name === "PointLiesOnCircle" ? [{ kind: "circle", letters: [letter(other?.children[0]?.name ?? ""), letter(point?.name ?? "")], source }] : [];
  });
  const triples = incidences.filter(({ kind, letters }) => kind === "line" && !letters.includes(""));
  const places = placesOf({ positions, letter, lines: triples.map(({ letters }) => letters), alike: likenesses([...diagramForms, ...textForms].map(({ form }) => form), letter) });
  const at = (name: string): Position => places.get(name) ?? [0, 0];
  const collinear: Set<string>[] = [];
  for (const { letters, source } of triples) {
    if (offLine(letters, at) > OFF_LINE) leftOut.push(`${source}: the picture shows the point off the line`);
    else joinLines(collinear, letters, at);
  }
  const circles = new Map<string, Set<string>>();
  for (const { kind, letters } of incidences) {
    const [center = "", on = ""] = letters;
    if (kind === "circle" && center !== "" && on !== "") circles.set(center, (circles.get(center) ?? new Set()).add(on));
  }
  for (const [center, on] of circles) {
    const distances = [...on].map((name) => Math.hypot(at(name)[0] - at(center)[0], at(name)[1] - at(center)[1])).sort((one, other) => one - other);
    const radius = distances[Math.floor(distances.length / 2)] ?? 0;
    for (const name of on) {
      if (Math.abs(Math.hypot(at(name)[0] - at(center)[0], at(name)[1] - at(center)[1]) / radius - 1) < OFF_CIRCLE) continue;
      on.delete(name);
      leftOut.push(`PointLiesOnCircle(${name}, Circle(${center})): the picture shows the point off the circle`);
    }
  }
  const neighbours = new Map<string, Set<string>>();
  const segments = lines.flatMap((line) => {
    const ends = line.match(/[A-Za-z]'?/g)?.map(letter) ?? [];
    const [from, to] = ends;
    if (ends.length !== 2 || from === undefined || to === undefined || from === to) return [];
    neighbours.set(from, (neighbours.get(from) ?? new Set()).add(to));
    neighbours.set(to, (neighbours.get(to) ?? new Set()).add(from));
    return [`Line(${from}${to})`];
  });
  const picture: Picture = { letter, at, circles, neighbours, named: new Map() };
  const { statement } = translator(picture);
  const said = (list: readonly { form: Form; text: string }[]): string[] =>
    list.flatMap(({ form, text: source }) => {
      if (form.name === "PointLiesOnLine" || form.name === "PointLiesOnCircle") return [];
      try {
        return statement(form);
      } catch (error) {
        if (!(error instanceof Untranslatable)) throw error;
        leftOut.push(`${source}: ${error.message}`);
        return [];
      }
    });
  const [image, statements] = withoutRivals([said(diagramForms), said(textForms)], at, leftOut) as [string[], string[]];
  const goal = statements.find((line) => line.startsWith("Value(") && isReadable(line)) ?? null;
  const construction = [
    ...collinear.map((line) => `Collinear(${alongLine(at, [...line])})`),
    ...[...circles].map(([center, on]) => `Cocircular(${center},${aroundCentre(at, at(center), [...on])})`),
    ...segments,
    ...[...circles.keys()].filter((center) => places.has(center)).map((center) => `IsCentreOfCircle(${center},${center})`),
  ];
  const unit = unitOf([...image, ...statements], at);
  const move = ([x, y]: Position): Position => [x * unit, y * unit];
  const start: Scene = {
    points: Object.fromEntries([...places].map(([name, place]) => [name, move(place)])),
    circles: Object.fromEntries([...circles].map(([center, on]) => [center, { center: move(at(center)), radius: Math.max(1e-6, mean([...on].map((name) => Math.hypot(at(name)[0] - at(center)[0], at(name)[1] - at(center)[1])))) * unit }])),
    symbols: {},
  };
  return {
    id: `geometry3k-${id}`,
    construction,
    text: statements.filter((line) => !line.startsWith("Value(")),
    image,
    question: { ...question, goal },
    source: `Geometry3K/${id}`,
    licence: "MIT",
    start,
    leftOut,
  };
}

/** Of two lengths given for one segment the one that suits the picture stays; lengths of nothing go. */
function withoutRivals(parts: readonly string[][], at: (letter: string) => Position, leftOut: string[]): string[][] {
  const unit = unitOf(parts.flat(), at);
  const lengths = new Map<string, { text: string; misfit: number }>();
  const dropped = new Set<string>();
  for (const text of parts.flat()) {
    const match = /^Equal\(LengthOfLine\((\w)(\w)\),([\d.]+)\)$/.exec(text);
    if (match === null || dropped.has(text)) continue;
    const [, one = "", other = "", value = ""] = match;
    const pixels = Math.hypot(at(one)[0] - at(other)[0], at(one)[1] - at(other)[1]);
    const own = { text, misfit: Number(value) > 0 ? Math.abs(Math.log((pixels * unit) / Number(value))) : Number.POSITIVE_INFINITY };
    const key = [one, other].sort().join("");
    const rival = lengths.get(key);
    const loser = own.misfit === Number.POSITIVE_INFINITY ? own : rival === undefined || rival.text === text ? null : rival.misfit <= own.misfit ? own : rival;
    if (loser !== null) {
      dropped.add(loser.text);
      leftOut.push(`${loser.text}: the segment has another length too`);
    }
    if (loser !== own) lengths.set(key, own);
  }
  return parts.map((part) => part.filter((text) => !dropped.has(text)));
}

function isReadable(text: string): boolean {
  try {
    parseStatement(text);
    return true;
  } catch {
    return false;
  }
}

/** Names to letters: capitals stay, others get one that is free, and none where all 26 are taken. */
function letterTable(): (name: string) => string {
  const table = new Map<string, string>();
  return (name) => {
    const known = table.get(name);
    if (known !== undefined) return known;
    const used = new Set(table.values());
    const own = /^[A-Z]$/.test(name) && !used.has(name) ? name : [..."ZYXWVUTSRQPONMLKJIHGFEDCBA"].find((letter) => !used.has(letter));
    if (own === undefined) return "";
    table.set(name, own);
    return own;
  };
}

/** Adds a line, put together with those it shares two points with where the picture shows them as one. */
function joinLines(lines: Set<string>[], letters: readonly string[], at: (letter: string) => Position): void {
  let line = new Set(letters);
  if (line.size < 3) return;
  for (const other of lines.slice()) {
    if ([...line].filter((name) => other.has(name)).length < 2) continue;
    const both = new Set([...line, ...other]);
    const order = alongLine(at, [...both]);
    const ends = [order.charAt(0), order.charAt(order.length - 1)];
    if ([...both].some((name) => offLine([name, ...ends], at) > OFF_LINE / 2)) continue;
    line = both;
    lines.splice(lines.indexOf(other), 1);
  }
  lines.push(line);
}

/** How far the first letter's point is from the line of the other two, as a share of their distance. */
function offLine([point = "", from = "", to = ""]: readonly string[], at: (letter: string) => Position): number {
  const [p, a, b] = [at(point), at(from), at(to)];
  const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
  return Math.abs((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])) / (length * length || 1);
}

function mean(list: readonly number[]): number {
  return list.length === 0 ? 0 : list.reduce((sum, value) => sum + value, 0) / list.length;
}

/** How long a pixel is in the units of the stated lengths. */
function unitOf(statements: readonly string[], at: (letter: string) => Position): number {
  const ratios = statements.flatMap((text) => {
    const match = /^Equal\(LengthOfLine\((\w)(\w)\),([\d.]+)\)$/.exec(text);
    if (match === null) return [];
    const [one, other] = [at(match[1] ?? ""), at(match[2] ?? "")];
    const pixels = Math.hypot(one[0] - other[0], one[1] - other[1]);
    return pixels > 1 ? [Number(match[3]) / pixels] : [];
  });
  ratios.sort((a, b) => a - b);
  return ratios[Math.floor(ratios.length / 2)] ?? 0.06;
}
