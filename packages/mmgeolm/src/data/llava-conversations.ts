import { readFile, stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { z } from "zod";
import type { Conversation } from "./conversation.js";

/** The largest file of conversations that is read at once: LLaVA's own 665,000 samples take 1 GB. */
const maximumBytes = 2 * 1024 ** 3;

const turnSchema = z.looseObject({ from: z.enum(["human", "gpt", "system", "user", "assistant"]), value: z.string() });
const sampleSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  image: z.union([z.string(), z.array(z.string())]).nullish(),
  conversations: z.array(turnSchema).min(2),
});

const roles = { human: "user", user: "user", gpt: "assistant", assistant: "assistant", system: "system" } as const;

/**
 * Reads LLaVA's conversation format, which G-LLaVA and MAVIS share: a JSON list, or one object a line, of
 * `{id, image, conversations: [{from: "human", value: "<image>\n…"}, {from: "gpt", value: "…"}]}`.
 *
 * @param imageRoot the folder that image paths are relative to
 * @throws InputError with file, line (or place in the list) and field of the first sample that is not one
 */
export async function readConversations(file: string, { imageRoot = "" }: { imageRoot?: string } = {}): Promise<Conversation[]> {
  const found = await stat(file).catch(() => null);
  if (found === null || !found.isFile()) throw new InputError({ message: "there is no such file of conversations; give a JSON list or one object a line", file });
  if (found.size > maximumBytes) throw new InputError({ message: `is larger than ${maximumBytes} bytes; split it`, file });
  const text = await readFile(file, "utf8");
  const isList = text.trimStart().startsWith("[");
  const values = isList ? parsed(text, file, null) : text.split("\n").flatMap((line, index) => (line.trim() === "" ? [] : [parsed(line, file, index + 1)]));
  if (!Array.isArray(values)) throw new InputError({ message: "is not a list of conversations", file });
  return values.map((value: unknown, index) => {
    const result = sampleSchema.safeParse(value);
    if (!result.success) {
      const issue = result.error.issues[0];
      throw new InputError({ message: `${issue?.message ?? "is not a conversation"}; each is {id, image, conversations: [{from, value}, …]}`, file, line: isList ? null : index + 1, field: [...(isList ? [index] : []), ...(issue?.path ?? [])].join(".") });
    }
    const { id, image, conversations } = result.data;
    const images = image === null || image === undefined ? [] : Array.isArray(image) ? image : [image];
    return {
      id: String(id ?? index),
      kind: "data",
      images: images.map((path) => (isAbsolute(path) ? path : join(imageRoot, path))),
      turns: conversations.map(({ from, value: words }) => ({ role: roles[from], text: words })),
      choices: null,
      answer: null,
    };
  });
}

function parsed(text: string, file: string, line: number | null): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new InputError({ message: `is not JSON (${error instanceof Error ? error.message : String(error)})`, file, line, cause: error });
  }
}
