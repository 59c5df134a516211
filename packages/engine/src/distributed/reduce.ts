import * as tf from "@tensorflow/tfjs";
import { attribute, singleOperation } from "../backend/operation.js";
import type { ProcessGroup } from "./group.js";

/** Every reduction of a run has a number of its own; all processes run the same program, so they count alike. */
let instances = 0;

/** How long a step waits for the other processes, in seconds, before it fails. */
const timeoutSeconds = Number(process.env["MMGEO_COLLECTIVE_TIMEOUT"] ?? 300);

/**
 * The mean of each tensor over all processes, summed in one ring reduction inside the graph. Every process gets the same bits.
 * Fails when a process is lost, or does not answer for MMGEO_COLLECTIVE_TIMEOUT seconds (300).
 */
export function meanOverProcesses(tensors: readonly tf.Tensor[], { addresses }: ProcessGroup): tf.Tensor[] {
  instances += 1;
  const parts = tensors.map((tensor) => tensor.reshape([tensor.size]));
  const joined = parts.length === 1 ? (parts[0] as tf.Tensor) : tf.concat(parts);
  const sum = singleOperation(
    "CollectiveReduceV2",
    [joined, tf.scalar(addresses.length, "int32"), tf.scalar(1, "int32"), tf.scalar(instances, "int32")],
    [attribute.string("merge_op", "Add"), attribute.string("final_op", "Id"), attribute.string("communication_hint", "ring"), attribute.float("timeout_seconds", timeoutSeconds)],
  );
  const mean = sum.div(addresses.length);
  let start = 0;
  return tensors.map((tensor) => {
    const part = mean.slice([start], [tensor.size]).reshape(tensor.shape);
    start += tensor.size;
    return part;
  });
}
