import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type HostTensor, readSafetensors, tf, toTensor, useNativeBackend } from "@mmgeo/engine";
import { beforeAll, describe, expect, test } from "vitest";
import type { LossKind } from "./losses/candidate-loss.js";
import { type GroupForm, lossAndGradients, type ModelInputs } from "./losses/group-loss.js";
import { imageEmbeddings, textEmbeddings } from "./model/embeddings.js";
import { type ClipModel, loadModel } from "./model/model.js";
import { expectClose } from "./testing.js";

const fixtures = fileURLToPath(new URL("./__fixtures__/parity/", import.meta.url));
const models = ["siglip", "clip", "clip-old-end", "altclip", "dual-vit", "dual-clip"];

async function inputsOf(name: string, form: GroupForm): Promise<ModelInputs> {
  const { pixel_values: pixels, input_ids: ids, attention_mask: mask } = await readSafetensors(join(fixtures, name, `${form}.safetensors`));
  return { pixels: toTensor(pixels as HostTensor), ids: toTensor(ids as HostTensor), ...(mask ? { attentionMask: toTensor(mask) } : {}) };
}

beforeAll(async () => {
  await useNativeBackend();
});

describe.each(models)("%s gives what transformers gives", (name) => {
  let model: ClipModel;
  let reference: Record<string, HostTensor>;
  beforeAll(async () => {
    model = await loadModel(join(fixtures, name));
    reference = await readSafetensors(join(fixtures, name, "reference.safetensors"));
  });

  test.each(["text", "image"] as const)("embeddings of the %s form's inputs", async (form) => {
    const { pixels, ids, attentionMask } = await inputsOf(name, form);
    const { config, parameters } = model;
    expectClose(imageEmbeddings({ parameters, config, pixels }).dataSync(), reference[`${form}.image_embeds`]?.data ?? [], "image_embeds");
    expectClose(textEmbeddings({ parameters, config, ids, attentionMask }).dataSync(), reference[`${form}.text_embeds`]?.data ?? [], "text_embeds");
  });

  test.each([
    ["text", "softmax", true],
    ["text", "sigmoid", false],
    ["image", "softmax", false],
    ["image", "sigmoid", true],
  ] as [GroupForm, LossKind, boolean][])("loss in %s form, %s, gradients %s", async (form, kind, gradients) => {
    const inputs = await inputsOf(name, form);
    const result = lossAndGradients({ model, inputs, form, kind, groups: 2, gradients });
    expectClose([result.loss], reference[`${form}.${kind}.loss`]?.data ?? [], "loss");
    if (!gradients) return;
    const prefix = `${form}.${kind}.grad.`;
    const expected = Object.keys(reference).filter((key) => key.startsWith(prefix));
    expect(expected).toHaveLength(Object.keys(model.parameters).length);
    for (const [parameter, gradient] of Object.entries(result.gradients ?? {})) {
      const fileName = model.fileNames[parameter] ?? parameter;
      expectClose(gradient.dataSync(), reference[prefix + fileName]?.data ?? [], `gradient of ${fileName}`);
    }
    tf.dispose(result.gradients ?? {});
  });
});
