import { z } from "zod";
import { imagePlaceholder, type Message } from "../text/chat.js";

/** The part of OpenAI's chat completions that is served (platform.openai.com/docs/api-reference/chat). */
const partSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("image_url"), image_url: z.union([z.string(), z.object({ url: z.string() })]) }),
]);

const messageSchema = z.object({
  role: z.enum(["system", "developer", "user", "assistant"]),
  content: z.union([z.string(), z.array(partSchema)]),
});

export const completionRequestSchema = z.object({
  model: z.string().optional(),
  messages: z.array(messageSchema).min(1).max(1000),
  max_tokens: z.number().int().min(1).nullish(),
  max_completion_tokens: z.number().int().min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  /** not OpenAI's, but what other servers of open models take */
  top_k: z.number().int().min(0).nullish(),
  repetition_penalty: z.number().gt(0).max(10).nullish(),
  stop: z.union([z.string().min(1), z.array(z.string().min(1)).max(16)]).nullish(),
  seed: z.number().int().nullish(),
  n: z.literal(1).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  /** ours: `patches` asks which patches of the picture the answer looked at; it comes as `mmgeo.patches` with the last event */
  mmgeo: z.object({ patches: z.boolean().nullish() }).nullish(),
});

export type CompletionRequest = z.infer<typeof completionRequestSchema>;

/** The messages as text with `<image>` where pictures stand, and the pictures' addresses in that order. A placeholder that a user typed is taken for the words it is. */
export function messagesOf(request: CompletionRequest): { messages: Message[]; images: string[] } {
  const images: string[] = [];
  const plain = (text: string) => text.replaceAll(imagePlaceholder, "< image>");
  const messages = request.messages.map(({ role, content }) => {
    const parts = typeof content === "string" ? [{ type: "text" as const, text: content }] : content;
    const pictures = parts.flatMap((part) => (part.type === "image_url" ? [typeof part.image_url === "string" ? part.image_url : part.image_url.url] : []));
    images.push(...pictures);
    const text = parts.flatMap((part) => (part.type === "text" ? [plain(part.text)] : [])).join("\n");
    return { role: role === "developer" ? ("system" as const) : role, text: `${imagePlaceholder}\n`.repeat(pictures.length) + text };
  });
  return { messages, images };
}

export type FinishReason = "stop" | "length";

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}

export function completionOf({ id, created, model, text, finish, usage, ours }: { id: string; created: number; model: string; text: string; finish: FinishReason; usage: Usage; ours: object }): unknown {
  return { id, object: "chat.completion", created, model, choices: [{ index: 0, message: { role: "assistant", content: text, refusal: null }, logprobs: null, finish_reason: finish }], usage, ...ours };
}

/** One event of a stream; The last has the reason it ended. */
export function chunkOf({ id, created, model, delta, finish = null, ours = {} }: { id: string; created: number; model: string; delta: { role?: "assistant"; content?: string }; finish?: FinishReason | null; ours?: object }): unknown {
  return { id, object: "chat.completion.chunk", created, model, choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }], ...ours };
}

export function usageChunkOf({ id, created, model, usage }: { id: string; created: number; model: string; usage: Usage }): unknown {
  return { id, object: "chat.completion.chunk", created, model, choices: [], usage };
}

/** What a client did wrong, or the server cannot do now, as OpenAI's clients expect to hear it. */
export class RequestError extends Error {
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly retryAfter: number | null;

  constructor({ status, message, type = "invalid_request_error", code = null, retryAfter = null }: { status: number; message: string; type?: string; code?: string | null; retryAfter?: number | null }) {
    super(message);
    this.name = "RequestError";
    this.status = status;
    this.type = type;
    this.code = code;
    this.retryAfter = retryAfter;
  }

  body(): unknown {
    return { error: { message: this.message, type: this.type, param: null, code: this.code } };
  }
}
