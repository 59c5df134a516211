import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { InputError } from "@mmgeo/dataset";
import { estimateTraining, generate, generateOfFile, loadModel, logitsOfFile, runTraining, serve, withDecodingWeights } from "@mmgeo/mmgeolm";
import { loadConfig } from "c12";
import { type Command, InvalidArgumentError, Option } from "commander";
import { log, printJson } from "./output.js";

const count = (value: string): number => {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError("give a whole number from 1");
  return number;
};
const decimal = (value: string): number => {
  const number = Number(value);
  if (value.trim() === "" || !Number.isFinite(number)) throw new InvalidArgumentError("give a number");
  return number;
};

const port = (value: string): number => {
  const number = Number(value);
  if (value.trim() === "" || !Number.isInteger(number) || number < 0 || number > 65_535) throw new InvalidArgumentError("give a port from 0 to 65535");
  return number;
};

/** What `--weights` may say. */
type WeightType = Parameters<typeof withDecodingWeights>[1];
const weightTypes: readonly WeightType[] = ["float32", "bfloat16", "int8"];
const weightsOption = (): Option => new Option("--weights <type>", "how weights are kept for making tokens: bfloat16 and int8 are faster and not quite the same").choices(weightTypes).default("float32");

interface ServeFlags {
  model: string;
  weights: WeightType;
  port: number;
  host: string;
  name: string;
  apiKey?: string[];
  maxActive: number;
  maxWaiting: number;
  maxNewTokens: number;
  maxSeconds: number;
  imageHost?: string[];
  imageFolder?: string[];
}

interface GenerateFlags {
  model: string;
  weights: WeightType;
  image?: string[];
  prompt?: string;
  tensors?: string;
  out?: string;
  maxNewTokens: number;
  ignoreEos?: boolean;
  temperature: number;
  topP: number;
  topK: number;
  repetitionPenalty: number;
  seed: number;
  json?: boolean;
}

function describeEstimate({ stage, estimate: { parameters, memory, steps, tokensPerStep }, seconds, available }: Awaited<ReturnType<typeof estimateTraining>>[number]): string {
  const millions = (value: number) => `${(value / 1e6).toFixed(value < 1e7 ? 2 : 0)} M`;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(bytes < 1e10 ? 2 : 0)} GB`;
  const hours = seconds < 5400 ? `${(seconds / 60).toFixed(1)} minutes` : `${(seconds / 3600).toFixed(1)} hours`;
  return [
    `stage ${stage}: trains ${millions(parameters.trained)} of ${millions(parameters.vision + parameters.projector + parameters.language)} parameters (vision ${millions(parameters.vision)}, projector ${millions(parameters.projector)}, language ${millions(parameters.language)})`,
    `  ${steps} steps of ${tokensPerStep} tokens, about ${hours} on this machine's processor`,
    `  memory ${gigabytes(memory.total)}: weights ${gigabytes(memory.weights)}, gradients ${gigabytes(memory.gradients)}, optimizer ${gigabytes(memory.optimizer)}, activations ${gigabytes(memory.activations)}; ${gigabytes(available)} are free${memory.total > available ? ": it does not fit" : ""}`,
  ].join("\n");
}

/** `mmgeo mmgeolm train | generate | logits | serve` */
export function registerMmgeolmCommands(program: Command): void {
  const mmgeolm = program.command("mmgeolm").description("the multimodal language model: train, ask, compare with other programs");

  mmgeolm
    .command("train")
    .description("run the stages of a configuration: text, projector (2), everything (3)")
    .requiredOption("--config <file>", "a configuration in TypeScript, JavaScript, JSON or YAML")
    .option("--dry-run", "say what each stage will take, and train nothing")
    .option("--samples <n>", "with --dry-run: how many samples there are", count, 100_000)
    .option("--json", "end with one JSON object")
    .action(async ({ config: file, dryRun = false, samples, json = false }: { config: string; dryRun?: boolean; samples: number; json?: boolean }) => {
      if (!existsSync(file)) throw new InputError({ message: "there is no such configuration file; check the path given with --config", file });
      const { config } = await loadConfig<Record<string, unknown>>({ configFile: resolve(file), rcFile: false, globalRc: false, packageJson: false });
      if (dryRun) {
        const stages = await estimateTraining({ config, file, folder: dirname(resolve(file)), samples });
        if (json) printJson({ stages });
        else for (const stage of stages) process.stdout.write(`${describeEstimate(stage)}\n`);
        return;
      }
      const result = await runTraining({
        config,
        file,
        folder: dirname(resolve(file)),
        onProgress: (stage, { step, steps, loss, secondsLeft }) => {
          if (step === 1 || step % 10 === 0 || step === steps) log(`stage ${stage}: step ${step} of ${steps}, loss ${loss.toFixed(4)}, ${Math.round(secondsLeft)} s left`);
        },
        onStage: ({ stage, folder, result: { samples, tooLong } }) => log(`stage ${stage}: ${samples} samples${tooLong > 0 ? `, ${tooLong} left out because they are too long` : ""}, written to ${folder}`),
      });
      if (json) printJson(result);
      else process.stdout.write(`${result.folder}\n`);
    });

  mmgeolm
    .command("generate")
    .description("answer a prompt, or continue token ids")
    .requiredOption("--model <dir>", "folder of a LLaVA model or a plain language model, or a GGUF file")
    .option("--image <file...>", "pictures the prompt is about")
    .option("--prompt <text>", "the question")
    .option("--tensors <file>", "instead of a prompt: safetensors with input_ids[, pixel_values]; the first row is continued greedily")
    .option("--out <file>", "with --tensors: where generated (prompt and new ids) is written")
    .option("--max-new-tokens <n>", "the most tokens to add", count, 256)
    .option("--ignore-eos", "go on past the end of the answer, to --max-new-tokens")
    .option("--temperature <t>", "0 takes the most likely token", decimal, 0)
    .option("--top-p <p>", "share of the probability to choose from", decimal, 1)
    .option("--top-k <k>", "number of tokens to choose from, 0 for all", decimal, 0)
    .option("--repetition-penalty <x>", "above 1 avoids what was said", decimal, 1)
    .option("--seed <n>", "seed of the choices", decimal, 0)
    .addOption(weightsOption())
    .option("--json", "end with one JSON object")
    .action(async (flags: GenerateFlags) => {
      const { json = false, maxNewTokens, ignoreEos = false } = flags;
      const load = async () => withDecodingWeights(await loadModel(flags.model), flags.weights);
      if (flags.tensors !== undefined) {
        if (flags.out === undefined) throw new InputError({ message: "--tensors needs a file to write to", field: "--out" });
        const result = await generateOfFile({ model: await load(), input: flags.tensors, output: flags.out, maxNewTokens, ignoreEnd: ignoreEos });
        if (json) printJson({ out: flags.out, tokens: result.generated.length });
        else log(`${result.generated.length} tokens written to ${flags.out}`);
        return;
      }
      if (flags.prompt === undefined) throw new InputError({ message: "there is nothing to answer; give a prompt, or token ids with --tensors", field: "--prompt" });
      const model = await load();
      const { temperature, topP, topK, repetitionPenalty, seed } = flags;
      const [result] = await generate({
        model: ignoreEos ? { ...model, endTokens: [] } : model,
        requests: [{ messages: [{ role: "user", text: flags.prompt }], images: flags.image ?? [] }],
        maxNewTokens,
        temperature,
        topP,
        topK,
        repetitionPenalty,
        seed,
      });
      if (json) printJson(result);
      else process.stdout.write(`${result?.text ?? ""}\n`);
    });

  mmgeolm
    .command("logits")
    .description("logits, loss and gradients of given token ids and pixels, to compare with other programs")
    .requiredOption("--model <dir>", "folder of a LLaVA model or a plain language model, or a GGUF file")
    .requiredOption("--tensors <file>", "safetensors with input_ids (image tokens already expanded)[, pixel_values, labels]")
    .requiredOption("--out <file>", "where logits[, loss, grad.*] are written")
    .option("--gradients", "also the gradient of the loss by every parameter")
    .option("--json", "end with one JSON object")
    .action(async ({ model, tensors, out, gradients = false, json = false }: { model: string; tensors: string; out: string; gradients?: boolean; json?: boolean }) => {
      const result = await logitsOfFile({ model: await loadModel(model), input: tensors, output: out, gradients });
      if (json) printJson(result);
      else log(`logits [${result.shape.join(", ")}]${result.loss === null ? "" : `, loss ${result.loss}`} written to ${out}`);
    });

  mmgeolm
    .command("serve")
    .description("answer OpenAI's clients: /v1/chat/completions, /v1/models, /health, /metrics, and a page at /")
    .requiredOption("--model <dir>", "folder of a LLaVA model or a plain language model, or a GGUF file")
    .option("--port <p>", "0 takes a free one", port, 8000)
    .option("--host <h>", "the address to listen on", "127.0.0.1")
    .option("--name <name>", "the model's name to clients", "mmgeolm")
    .option("--api-key <key...>", "keys clients have to send (or MMGEO_API_KEYS, parted by commas); without any, everyone is served")
    .option("--max-active <n>", "answers made side by side", count, 8)
    .option("--max-waiting <n>", "requests that may wait", count, 256)
    .option("--max-new-tokens <n>", "the longest answer", count, 1024)
    .option("--max-seconds <s>", "the longest a request may take", count, 300)
    .addOption(weightsOption())
    .option("--image-host <host...>", "hosts that pictures may be fetched from over https")
    .option("--image-folder <dir...>", "folders that file: URLs of pictures may point into")
    .action(async (flags: ServeFlags) => {
      const { port: wanted, apiKey, imageHost, imageFolder, model, weights, ...limits } = flags;
      const apiKeys = apiKey ?? (process.env["MMGEO_API_KEYS"] ?? "").split(",").filter((key) => key !== "");
      const server = await serve({ ...limits, model: await withDecodingWeights(await loadModel(model), weights), port: wanted, apiKeys, images: { hosts: imageHost, folders: imageFolder } });
      log(`listening on ${server.url}`);
      const signal = await new Promise<string>((resolve) => {
        for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => resolve(name));
      });
      log(`${signal}: finishing what is under way`);
      await server.close();
    });
}
