import * as tf from "@tensorflow/tfjs";

/** The TensorFlow.js namespace that the engine's backend is registered with. */
export { tf };
export { InputError } from "./input-error.js";
export { cacheFolder } from "./backend/cache.js";
export { provision, type Provisioned, type ProvisionOptions } from "./backend/provision.js";
export { hasNativeBackend, useNativeBackend, type BackendInfo, type BackendOptions } from "./backend/backend.js";
export { attribute, operation, singleOperation } from "./backend/operation.js";
export { compile, isTracing, type Compiled, type CompileOptions } from "./capture/compile.js";
export { recompute } from "./capture/recompute.js";
export type { Tree } from "./capture/tree.js";
export type { Precision } from "./capture/trace.js";
export { linear } from "./layers/linear.js";
export { layerNorm, rmsNorm } from "./layers/normalization.js";
export { gelu, geluTanh, quickGelu, silu } from "./layers/activation.js";
export { attention, softmax, type AttentionInput } from "./layers/attention.js";
export { crossEntropy, embedding, meanCrossEntropy } from "./layers/embedding.js";
export { patchEmbedding } from "./layers/patches.js";
export { cachedAttention, hasDecodingKernels, packedLinear, packMatrices, type PackedMatrix, type WeightType } from "./layers/decoding.js";
export {
  readSafetensors,
  readSafetensorsHeader,
  writeSafetensors,
  type HostTensor,
  type SafetensorsEntry,
  type SafetensorsHeader,
  type SafetensorsType,
  type TensorToWrite,
} from "./checkpoint/safetensors.js";
export { loadCheckpoint, saveCheckpoint, toTensor, type Checkpoint, type LoadOptions, type Parameters, type SaveOptions } from "./checkpoint/checkpoint.js";
export { version } from "./version.js";
export { ResourceVariable } from "./capture/variable.js";
export { randomNormal } from "./layers/initialize.js";
export { withGradient, type Save } from "./layers/with-gradient.js";
export { train } from "./train/train.js";
export type { Batch, Loss, TrainOptions, TrainProgress, TrainResult } from "./train/options.js";
export { workerBatches, type WorkerBatches } from "./train/worker-batches.js";
export { progressBar } from "./train/progress-bar.js";
export { measureProductRate } from "./backend/product-rate.js";
export { order } from "./train/order.js";
export { learningRateAt, type Schedule } from "./train/schedule.js";
export { type AdamWOptions, type ParameterGroup } from "./train/adamw.js";
export { pullModel, type PullOptions } from "./models/pull.js";
export { diagnose, type Diagnosis } from "./backend/diagnose.js";
export { withLock } from "./backend/lock.js";
export { readGguf, readGgufHeader, type GgufHeader, type GgufTensor, type GgufValue } from "./checkpoint/gguf.js";
export { readGgufCheckpoint, readGgufConfig, type GgufCheckpoint, type GgufConfig } from "./checkpoint/gguf-llama.js";
export { processGroup } from "./backend/backend.js";
export { launch } from "./distributed/launch.js";
export { type Meeting, meetingOfEnvironment, type ProcessGroup } from "./distributed/group.js";
export { bucketLength } from "./capture/bucket.js";
