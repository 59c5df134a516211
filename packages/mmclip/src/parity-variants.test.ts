import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type HostTensor, readSafetensors, tf, toTensor, useNativeBackend } from "@mmgeo/engine";
import { beforeAll, describe, expect, test } from "vitest";
import { lossAndGradients, type ModelInputs } from "./losses/group-loss.js";
import { imageEmbeddings, textEmbeddings } from "./model/embeddings.js";
import { disposeModel, loadModel } from "./model/model.js";
import { expectClose } from "./testing.js";

/** Made by `tooling/parity/python vary_clip.py FOLDER`. */
const folder = process.env["MMGEO_PARITY_CASES"] ?? "";
const cases = existsSync(folder) ? readdirSync(folder).sort() : [];

async function inputsOf(path: string): Promise<ModelInputs> {
  const { pixel_values: pixels, input_ids: ids, attention_mask: mask } = await readSafetensors(path);
  return { pixels: toTensor(pixels as HostTensor), ids: toTensor(ids as HostTensor), ...(mask ? { attentionMask: toTensor(mask) } : {}) };
}

beforeAll(async () => {
  if (cases.length === 0) console.log("skipped: MMGEO_PARITY_CASES names no folder of random checkpoints; tooling/parity/README.md says how to make one");
  await useNativeBackend();
});

describe.skipIf(cases.length === 0)("random checkpoints give what transformers gives", () => {
  test.each(cases)("%s", async (name) => {
    const { groups } = JSON.parse(await readFile(join(folder, name, "case.json"), "utf8")) as { groups: number };
    const reference = await readSafetensors(join(folder, name, "reference.safetensors"));
    const model = await loadModel(join(folder, name));
    for (const form of ["text", "image"] as const) {
      const inputs = await inputsOf(join(folder, name, `${form}.safetensors`));
      const { config, parameters } = model;
      expectClose(imageEmbeddings({ parameters, config, pixels: inputs.pixels }).dataSync(), reference[`${form}.image_embeds`]?.data ?? [], "image_embeds");
      expectClose(textEmbeddings({ parameters, config, ids: inputs.ids, attentionMask: inputs.attentionMask }).dataSync(), reference[`${form}.text_embeds`]?.data ?? [], "text_embeds");
      for (const kind of ["softmax", "sigmoid"] as const) {
        const result = lossAndGradients({ model, inputs, form, kind, groups, gradients: true });
        expectClose([result.loss], reference[`${form}.${kind}.loss`]?.data ?? [], `${form} ${kind} loss`);
        const prefix = `${form}.${kind}.grad.`;
        expect(Object.keys(result.gradients ?? {})).toHaveLength(Object.keys(reference).filter((key) => key.startsWith(prefix)).length);
        for (const [parameter, gradient] of Object.entries(result.gradients ?? {})) {
          const fileName = model.fileNames[parameter] ?? parameter;
          expectClose(gradient.dataSync(), reference[prefix + fileName]?.data ?? [], `${form} ${kind} gradient of ${fileName}`);
        }
        tf.dispose(result.gradients ?? {});
      }
    }
    disposeModel(model);
  });
});
