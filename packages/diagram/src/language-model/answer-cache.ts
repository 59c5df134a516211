import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeFileAtomic } from "@mmgeo/dataset";
import { z } from "zod";

const entrySchema = z.object({ key: z.string(), text: z.string() });

/** Answers in a folder, one file each, named by a hash of everything that shapes the answer. */
export interface AnswerCache {
  read(request: unknown): Promise<string | null>;
  write(request: unknown, text: string): Promise<void>;
}

/** A cache in `folder`; without one nothing is kept. A damaged file counts as absent. */
export function answerCache(folder: string | null): AnswerCache {
  if (folder === null) return { read: () => Promise.resolve(null), write: () => Promise.resolve() };
  const place = (request: unknown): { key: string; file: string } => {
    const key = createHash("sha256").update(JSON.stringify(request)).digest("hex");
    return { key, file: join(folder, key.slice(0, 2), `${key}.json`) };
  };
  return {
    async read(request) {
      const { key, file } = place(request);
      try {
        const entry = entrySchema.parse(JSON.parse(await readFile(file, "utf8")));
        return entry.key === key ? entry.text : null;
      } catch {
        return null;
      }
    },
    async write(request, text) {
      const { key, file } = place(request);
      await mkdir(dirname(file), { recursive: true });
      // The request is kept beside the answer, for people who look.
      await writeFileAtomic(file, `${JSON.stringify({ key, text, request }, null, 2)}\n`);
    },
  };
}
