import { readFile, stat } from "node:fs/promises";
import { InputError, parseJson, validate } from "@mmgeo/dataset";
import { z } from "zod";

/** A list that is read whole; larger ones are split or turned into lines first. */
const maximumListBytes = 400 * 1024 * 1024;

/** One entry of a list of conversations, in the paper's text form or as LLaVA, G-LLaVA and MAVIS keep captions: the second turn is the caption. */
const conversationSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  image: z.string().optional(),
  positive_image_path: z.string().optional(),
  conversations: z.array(z.looseObject({ value: z.string() })).min(2),
});

/** A caption of a list: a line of plain captions. */
export interface CaptionOfList {
  id: string | number;
  caption: string;
  image?: string;
}

/** The captions of a JSON list of conversations as lines; an entry without an id is named by its place. */
export async function readConversations(file: string): Promise<CaptionOfList[]> {
  const { size } = await stat(file);
  if (size > maximumListBytes) throw new InputError({ message: `is larger than ${maximumListBytes} bytes; split it, or write lines {"id","caption"}`, file });
  const list = parseJson(await readFile(file, "utf8"), { file });
  if (!Array.isArray(list)) throw new InputError({ message: "does not hold a JSON list of conversations; give lines {\"id\",\"caption\"} as .jsonl", file });
  return list.map((entry: unknown, index) => {
    const { [String(index)]: read } = validate({ schema: z.record(z.string(), conversationSchema), value: { [index]: entry }, place: { file } });
    const image = read?.positive_image_path ?? read?.image;
    return { id: read?.id ?? index, caption: read?.conversations[1]?.value ?? "", ...(image === undefined ? {} : { image }) };
  });
}
