import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "@mmgeo/dataset";
import { useNativeBackend } from "@mmgeo/engine";
import { disposeModel, embeddingSize, encodeTexts, loadModel, modelTypes } from "@mmgeo/mmclip";
import type { EmbedderGiven } from "@mmgeo/negatives";

function modelTypeOf(folder: string): unknown {
  const file = join(folder, "config.json");
  if (!existsSync(file)) return undefined;
  const config = parseJson(readFileSync(file, "utf8"), { file });
  return typeof config === "object" && config !== null && "model_type" in config ? config.model_type : undefined;
}

/** What `--embedder` names: the text tower of an MMCLIP folder, or else a sentence encoder's folder. */
export function embedderOf(folder: string): EmbedderGiven {
  if (!(modelTypes as readonly unknown[]).includes(modelTypeOf(folder))) return folder;
  return {
    files: readdirSync(folder)
      .filter((name) => /\.(?:json|safetensors)$/.test(name))
      .sort()
      .map((name) => join(folder, name)),
    open: async () => {
      await useNativeBackend();
      const model = await loadModel(folder);
      return {
        width: embeddingSize(model.config),
        embed: async (texts, { onProgress } = {}) => {
          const { data } = await encodeTexts({ model, texts });
          onProgress?.(texts.length, texts.length);
          return data;
        },
        dispose: () => disposeModel(model),
      };
    },
  };
}
