import * as tf from "@tensorflow/tfjs";
import { requireBackend } from "../backend/backend.js";
import { attribute, singleOperation } from "../backend/operation.js";
import { computeAfter } from "../capture/compile.js";
import type { ProcessGroup } from "./group.js";

/** Every reduction of a run has a number of its own; all processes run the same program, so they count alike. */
let instances = 0;

/** How long a step waits for the other processes, in seconds, before it fails. */
const timeoutSeconds = Number(process.env["MMGEO_COLLECTIVE_TIMEOUT"] ?? 300);

/** Numbers that are reduced together: enough for the network to be busy, few enough that the backward pass goes on meanwhile (25 MB, as PyTorch's). */
const bucketSize = 6_500_000;

/**
 * The mean of each tensor over all processes, inside the graph: ring reductions of buckets of tensors, the last tensors, whose gradients
 * are there first, first. Every process gets the same bits. Fails when a process is lost, or does not answer for
 * MMGEO_COLLECTIVE_TIMEOUT seconds (300).
 */
export function meanOverProcesses(tensors: readonly tf.Tensor[], group: ProcessGroup): tf.Tensor[] {
  const means: tf.Tensor[] = [];
  let previous: tf.Tensor | null = null;
  for (const bucket of buckets(tensors.map(({ size }) => size)).toReversed()) {
    const members = bucket.map((index) => tensors[index] as tf.Tensor);
    const joined = members.length === 1 ? flattened(members[0] as tf.Tensor) : tf.concat(members.map(flattened));
    // NCCL needs every process to begin its reductions in the same order.
    const sum: tf.Tensor = previous === null || communication() === "ring" ? sumOverProcesses(joined, group) : computeAfter(previous, () => sumOverProcesses(joined, group));
    previous = sum;
    const mean = sum.div(group.addresses.length);
    let start = 0;
    for (const [place, index] of bucket.entries()) {
      const { size, shape } = members[place] as tf.Tensor;
      means[index] = mean.slice([start], [size]).reshape(shape);
      start += size;
    }
  }
  return means;
}

/** Neighbours that together have about the size of a bucket, by their places. */
export function buckets(sizes: readonly number[], limit = bucketSize): number[][] {
  const result: number[][] = [];
  let filled = Number.POSITIVE_INFINITY;
  for (const [index, size] of sizes.entries()) {
    if (filled + size > limit) {
      result.push([]);
      filled = 0;
    }
    (result.at(-1) as number[]).push(index);
    filled += size;
  }
  return result;
}

function flattened(tensor: tf.Tensor): tf.Tensor {
  return tensor.reshape([tensor.size]);
}

function communication(): "ring" | "nccl" {
  return requireBackend().info.device === "gpu" ? "nccl" : "ring";
}

function sumOverProcesses(tensor: tf.Tensor, { addresses }: ProcessGroup): tf.Tensor {
  instances += 1;
  return singleOperation(
    "CollectiveReduceV2",
    [tensor, tf.scalar(addresses.length, "int32"), tf.scalar(1, "int32"), tf.scalar(instances, "int32")],
    [attribute.string("merge_op", "Add"), attribute.string("final_op", "Id"), attribute.string("communication_hint", communication()), attribute.float("timeout_seconds", timeoutSeconds)],
  );
}
