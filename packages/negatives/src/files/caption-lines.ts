import { InputError, readJsonLines, recordSchema, recordsFileOf, ruleNegativeSchema, retrievalNegativeSchema, validate, type DiagramRecord } from "@mmgeo/dataset";
import { z } from "zod";
import { readConversations } from "./conversations.js";

const editedNegativeSchema = ruleNegativeSchema.partial({ claims: true, falseClaims: true });
const foundNegativeSchema = retrievalNegativeSchema.partial({ falseClaims: true });

/** A line of plain captions: `{"id","caption"}`, with the negatives it may already have. */
export const captionLineSchema = z.object({
  id: z.union([z.string().min(1), z.number()]),
  caption: z.string(),
  image: z.string().optional(),
  negatives: z.array(z.discriminatedUnion("kind", [editedNegativeSchema, foundNegativeSchema])).optional(),
});

export type CaptionLine = z.infer<typeof captionLineSchema>;

/** A line of an input file: a record of ours, or a caption with nothing else known of it. */
export type InputLine = { kind: "record"; line: number; record: DiagramRecord } | { kind: "caption"; line: number; caption: CaptionLine };

function isRecord(value: object): boolean {
  return "scene" in value && "claims" in value && "program" in value;
}

/**
 * Lines of a JSON Lines file (or of a dataset folder's `records.jsonl`), each a record or a plain caption; or the captions of a `.json` list of
 * conversations, as the paper, LLaVA, G-LLaVA and MAVIS keep them.
 *
 * @throws {InputError} naming the file, line and field of a line that is neither
 */
export async function* readInputLines(path: string): AsyncIterable<InputLine> {
  const file = await recordsFileOf(path);
  if (file.endsWith(".json")) {
    for (const [index, caption] of (await readConversations(file)).entries()) yield { kind: "caption", line: index + 1, caption };
    return;
  }
  for await (const { line, value } of readJsonLines({ file, schema: z.looseObject({}) })) {
    const place = { file, line };
    if (!("caption" in value) || !("id" in value)) throw new InputError({ message: 'a line holds {"id","caption"} or a whole record; add what is missing', file, line, field: "id" in value ? "caption" : "id" });
    if (isRecord(value)) yield { kind: "record", line, record: validate({ schema: recordSchema, value, place }) };
    else yield { kind: "caption", line, caption: validate({ schema: captionLineSchema, value, place }) };
  }
}

/** What is counted and searched of a line, whichever kind it is. */
export function sourceOfLine(input: InputLine): { id: string; caption: string; image: string | null; claims: string[] | null; scene: DiagramRecord["scene"] | null } {
  if (input.kind === "record") return input.record;
  const { id, caption, image } = input.caption;
  return { id: String(id), caption, image: image ?? null, claims: null, scene: null };
}
