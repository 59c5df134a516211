import type * as tf from "@tensorflow/tfjs";
import { attributeTypes, type OperationAttribute } from "./binding.js";
import { requireBackend } from "./backend.js";

/** Runs (or, while tracing, records) a TensorFlow operation by name. The tape does not see it: give it a gradient with `tf.customGrad`. */
export function operation({ type, inputs, attributes = [], outputs = 1 }: { type: string; inputs: readonly tf.Tensor[]; attributes?: readonly OperationAttribute[]; outputs?: number }): tf.Tensor[] {
  return requireBackend().backend.executeMultipleOutputs(type, attributes, inputs, outputs);
}

/** The same for an operation of one output. */
export function singleOperation(type: string, inputs: readonly tf.Tensor[], attributes: readonly OperationAttribute[] = []): tf.Tensor {
  return operation({ type, inputs, attributes })[0] as tf.Tensor;
}

export const attribute = {
  int: (name: string, value: number | readonly number[]): OperationAttribute => ({ name, type: attributeTypes.int, value }),
  float: (name: string, value: number): OperationAttribute => ({ name, type: attributeTypes.float, value }),
  bool: (name: string, value: boolean): OperationAttribute => ({ name, type: attributeTypes.bool, value }),
  string: (name: string, value: string): OperationAttribute => ({ name, type: attributeTypes.string, value }),
  type: (name: string, value: number): OperationAttribute => ({ name, type: attributeTypes.type, value }),
  shape: (name: string, value: readonly number[]): OperationAttribute => ({ name, type: attributeTypes.shape, value }),
};
