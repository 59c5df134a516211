import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { endpointModel, maximumNewTokens, parseModelSpecification, type Model, type Prices } from "@mmgeo/evaluation";

/** A checksum of what makes a checkpoint answer as it does. */
async function folderChecksum(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => {
    throw new InputError({ message: "there is no such model folder; give a checkpoint, openai:MODEL@http://host/v1, or recorded:FILE", file: folder, field: "--model" });
  });
  const hash = createHash("sha256");
  for (const name of names.filter((name) => /\.(?:json|safetensors|txt|model|jinja)$/.test(name)).sort()) {
    hash.update(name);
    for await (const block of createReadStream(join(folder, name))) hash.update(block as Buffer);
  }
  return hash.digest("hex");
}

/** A model folder of ours, loaded when the first question is asked: a run that only reads its cache needs no engine. */
async function folderModel(folder: string): Promise<Model> {
  const checksum = await folderChecksum(folder);
  const load = async () => {
    const { useNativeBackend } = await import("@mmgeo/engine");
    const { generate, loadModel } = await import("@mmgeo/mmgeolm");
    await useNativeBackend();
    const model = await loadModel(folder);
    return async (image: string | Uint8Array | null, prompt: string) => {
      const [answer] = await generate({ model, requests: [{ messages: [{ role: "user", text: prompt }], images: image === null ? [] : [image] }], maxNewTokens: maximumNewTokens });
      return answer?.text ?? "";
    };
  };
  let loading: ReturnType<typeof load> | null = null;
  return {
    name: basename(folder),
    identity: JSON.stringify({ kind: "folder", checksum, temperature: 0, maximumNewTokens }),
    concurrency: 1,
    async answer({ image, prompt }) {
      loading ??= load();
      return (await loading)(image, prompt);
    },
  };
}

/** How an endpoint is asked. */
export interface EndpointFlags {
  concurrency: number;
  requestsPerMinute?: number;
  pricePrompt?: number;
  priceCompletion?: number;
}

/** The model of a specification, or the file of recorded responses that it names. */
export async function modelOf(text: string, { concurrency, requestsPerMinute = undefined, pricePrompt, priceCompletion }: EndpointFlags): Promise<Model | { recorded: string }> {
  const specification = parseModelSpecification(text);
  if (specification.kind === "recorded") return { recorded: specification.file };
  if (specification.kind === "folder") return folderModel(specification.folder);
  const prices: Prices | null = pricePrompt === undefined && priceCompletion === undefined ? null : { prompt: pricePrompt ?? 0, completion: priceCompletion ?? 0 };
  return endpointModel({ ...specification, apiKey: process.env.OPENAI_API_KEY ?? null, concurrency, requestsPerMinute: requestsPerMinute ?? null, prices });
}
