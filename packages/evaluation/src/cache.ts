import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { LineAppender, readJsonLines } from "@mmgeo/dataset";
import { z } from "zod";

const lineSchema = z.object({ key: z.string(), id: z.string(), response: z.string().nullable(), error: z.string().nullable() });

/** What the cache holds for a key: a response, or the error that asking ended with. */
export type CachedAnswer = { response: string; error: null } | { response: null; error: string };

/**
 * Responses that were paid for once. Append-only, each line on disk before its answer counts: killed at any time, only the answers
 * in flight are lost. The newest line of a key holds.
 */
export class ResponseCache {
  readonly #answers: Map<string, CachedAnswer>;
  readonly #appender: LineAppender;

  private constructor(answers: Map<string, CachedAnswer>, appender: LineAppender) {
    this.#answers = answers;
    this.#appender = appender;
  }

  static async open(file: string): Promise<ResponseCache> {
    const appender = await LineAppender.open(file, { sync: true });
    const answers = new Map<string, CachedAnswer>();
    if (existsSync(file)) {
      for await (const { value } of readJsonLines({ file, schema: lineSchema })) {
        answers.set(value.key, value.response === null ? { response: null, error: value.error ?? "" } : { response: value.response, error: null });
      }
    }
    return new ResponseCache(answers, appender);
  }

  get(key: string): CachedAnswer | undefined {
    return this.#answers.get(key);
  }

  async set({ key, id, answer }: { key: string; id: string; answer: CachedAnswer }): Promise<void> {
    await this.#appender.append({ key, id, ...answer });
    this.#answers.set(key, answer);
  }

  close(): Promise<void> {
    return this.#appender.close();
  }
}

/** The key of an answer: everything that shapes it. The picture counts by its bytes, not by its path. */
export function cacheKey({ identity, prompt, imageBytes }: { identity: string; prompt: string; imageBytes: Uint8Array | null }): string {
  const hash = createHash("sha256");
  hash.update(JSON.stringify([identity, prompt]));
  hash.update(imageBytes === null ? "no image" : createHash("sha256").update(imageBytes).digest());
  return hash.digest("hex");
}
