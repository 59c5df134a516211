// Stage 2 with the tower's features kept and computed in every step, in turn: node stage-two.mjs [--rounds 3] [--steps 6] [--language quick|smollm2] [--pictures 64]
// The tower is 384 wide, 12 layers, of 224 pixels; the language model that of the quick recipe, or SmolLM2-135M. Prints median samples a second of both and their ratio.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { pullModel, useNativeBackend } from "@mmgeo/engine";
import { createModel as createEncoder } from "@mmgeo/mmclip";
import { createModel, joinModels, loadModel, quickRecipe, trainStage } from "@mmgeo/mmgeolm";
import { median, runJson } from "./python-environment.mjs";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" }, steps: { type: "string", default: "6" }, language: { type: "string", default: "quick" }, pictures: { type: "string", default: "64" }, run: { type: "string" } } });
const here = fileURLToPath(new URL(".", import.meta.url));
const data = process.env.MMGEO_DATA ?? join(here, "../../../shared/data");

async function measure(kept) {
  await useNativeBackend({ threads: 2 });
  const encoder = createEncoder({
    seed: 1,
    config: {
      model_type: "siglip",
      text_config: { hidden_size: 64, intermediate_size: 64, num_hidden_layers: 1, num_attention_heads: 2, vocab_size: 64, max_position_embeddings: 8 },
      vision_config: { hidden_size: 384, intermediate_size: 1536, num_hidden_layers: 12, num_attention_heads: 6, image_size: 224, patch_size: 16 },
    },
  });
  const parameters = Object.fromEntries(Object.entries(encoder.parameters).filter(([name]) => name.startsWith("vision_model.")));
  const tower = { config: encoder.config.vision_config, parameters, imageProcessor: encoder.imageProcessor };
  const pictures = readdirSync(join(data, "formalgeo7k", "diagrams")).slice(0, Number(values.pictures));
  const conversations = pictures.map((picture, index) => ({ id: picture, kind: "length", images: [join(data, "formalgeo7k", "diagrams", picture)], choices: null, answer: String(index), turns: [{ role: "user", text: "How long is AB?" }, { role: "assistant", text: `AB is ${index}. \\boxed{${index}}` }] }));
  const model =
    values.language === "smollm2"
      ? joinModels({ tower, language: await loadModel(await pullModel({ model: "smollm2" })), seed: 1 })
      : await createModel({ tower, language: quickRecipe.language, texts: conversations.flatMap(({ turns }) => turns.map(({ text }) => text)), seed: 1 });
  const times = [];
  let last = 0;
  await trainStage({ stage: 2, model, conversations, batchSize: 8, steps: Number(values.steps) + 1, keepFeatures: kept, onProgress: ({ step }) => {
    const now = performance.now();
    // The first step captures the graph.
    if (step > 1) times.push(now - last);
    last = now;
  } });
  return { samplesPerSecond: 8000 / median(times) };
}

if (values.run !== undefined) {
  console.log(JSON.stringify(await measure(values.run === "kept")));
} else {
  const results = { kept: [], computed: [] };
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const way of ["kept", "computed"]) results[way].push(runJson(process.execPath, [fileURLToPath(import.meta.url), "--run", way, "--steps", values.steps, "--language", values.language, "--pictures", values.pictures]).samplesPerSecond);
  }
  const [kept, computed] = [median(results.kept), median(results.computed)];
  console.log(`stage 2, ${values.language}: ${kept.toFixed(1)} samples a second with features kept, ${computed.toFixed(1)} computed in every step; ratio ${(kept / computed).toFixed(2)}`);
}
