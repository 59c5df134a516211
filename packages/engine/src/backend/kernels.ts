import * as tf from "@tensorflow/tfjs";
import { attributeTypes } from "./binding.js";
import type { EngineBackend } from "./engine-backend.js";

/**
 * tfjs-node's GatherV2 kernel reads the indices back to check them, which costs a copy and cannot be traced.
 * TensorFlow checks them itself on the CPU, so the kernel is replaced by one that does not read.
 */
export function registerKernels(): void {
  tf.unregisterKernel("GatherV2", "tensorflow");
  tf.registerKernel({
    kernelName: "GatherV2",
    backendName: "tensorflow",
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { x, indices } = inputs as { x: tf.Tensor; indices: tf.Tensor };
      const { axis, batchDims } = attrs as unknown as { axis: number; batchDims: number };
      const axisTensor = tf.scalar(axis, "int32");
      const [result] = (backend as unknown as EngineBackend).executeMultipleOutputs("GatherV2", [{ name: "batch_dims", type: attributeTypes.int, value: batchDims ?? 0 }], [x, indices, axisTensor], 1);
      axisTensor.dispose();
      return result as tf.Tensor;
    },
  });
}
