/**
 * Serves a GGUF model as an OpenAI-compatible endpoint through node-llama-cpp, answers held to the JSON Schema of each
 * request by a grammar: a language model of one's own for `mmgeo diagram build --from questions`, and for trying that
 * loop without a network.
 *
 *   npm install --prefix /some/folder node-llama-cpp@3.21.1
 *   node packages/diagram/scripts/serve-gguf.mjs --library /some/folder --model SmolLM2-135M-Instruct.Q4_1.gguf [--port 8080] [--context 4096]
 */
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const { values: flags } = parseArgs({ options: { library: { type: "string" }, model: { type: "string" }, port: { type: "string", default: "8080" }, context: { type: "string", default: "4096" } } });
if (flags.library === undefined || flags.model === undefined) throw new Error("give --library, a folder with node-llama-cpp installed, and --model, a GGUF file");
const require = createRequire(join(flags.library, "package.json"));
const { getLlama, LlamaChatSession, LlamaLogLevel } = await import(pathToFileURL(require.resolve("node-llama-cpp")).href);

// Of its own accord the library takes four threads at least; on fewer cores they wait for one another, and answers take a hundred times as long.
const threads = availableParallelism();
const llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.error, maxThreads: threads });
const model = await llama.loadModel({ modelPath: flags.model });
const context = await model.createContext({ contextSize: Number(flags.context), threads });
const sequence = context.getSequence();

/** A schema as node-llama-cpp takes it: what its grammars do not know is left to the client's own check. */
function grammarSchema(schema) {
  if (Array.isArray(schema.enum)) return { enum: schema.enum };
  if (schema.type === "array") return { type: "array", items: grammarSchema(schema.items ?? {}), maxItems: Math.min(schema.maxItems ?? 24, 24) };
  if (schema.type === "object") return { type: "object", properties: Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, property]) => [name, grammarSchema(property)])) };
  return schema.type === "string" ? { type: "string", maxLength: Math.min(schema.maxLength ?? 120, 120) } : { type: schema.type };
}

async function complete({ messages, response_format: format, max_tokens: maxTokens = 512, temperature = 0, seed = 0 }, signal) {
  const last = messages.at(-1);
  await sequence.clearHistory();
  const session = new LlamaChatSession({ contextSequence: sequence, systemPrompt: messages.filter(({ role }) => role === "system").map(({ content }) => content).join("\n\n"), autoDisposeSequence: false });
  session.setChatHistory([...session.getChatHistory(), ...messages.slice(0, -1).filter(({ role }) => role !== "system").map(({ role, content }) => (role === "user" ? { type: "user", text: content } : { type: "model", response: [content] }))]);
  const grammar = format?.type === "json_schema" ? await llama.createGrammarForJsonSchema(grammarSchema(format.json_schema.schema)) : undefined;
  const before = sequence.tokenMeter.getState();
  const { responseText, stopReason } = await session.promptWithMeta(last.content, { grammar, maxTokens, temperature, seed, signal });
  const used = sequence.tokenMeter.diff(before);
  session.dispose({ disposeSequence: false });
  return { text: responseText, finish: stopReason === "maxTokens" ? "length" : "stop", inputTokens: used.usedInputTokens, outputTokens: used.usedOutputTokens };
}

// One sequence: requests take turns.
let turn = Promise.resolve();
const server = createServer((request, response) => {
  const chunks = [];
  // What nobody waits for any more is not computed.
  const abandoned = new AbortController();
  response.on("close", () => abandoned.abort());
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    turn = turn.then(async () => {
      if (abandoned.signal.aborted) return;
      response.setHeader("content-type", "application/json");
      try {
        const { text, finish, inputTokens, outputTokens } = await complete(JSON.parse(Buffer.concat(chunks).toString("utf8")), abandoned.signal);
        response.end(JSON.stringify({ id: "chat", object: "chat.completion", created: Math.floor(Date.now() / 1000), model: "gguf", choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: finish }], usage: { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: inputTokens + outputTokens } }));
      } catch (error) {
        response.statusCode = 500;
        response.end(JSON.stringify({ error: { message: String(error?.message ?? error) } }));
      }
    });
  });
});
server.listen(Number(flags.port), "127.0.0.1", () => console.log(`http://127.0.0.1:${flags.port}/v1`));
