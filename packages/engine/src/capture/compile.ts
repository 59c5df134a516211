import * as tf from "@tensorflow/tfjs";
import { requireBackend } from "../backend/backend.js";
import { flatten, mapTensors } from "./tree.js";
import { Trace, type Precision } from "./trace.js";

export interface CompileOptions {
  /**
   * "bfloat16" computes every matrix product in bfloat16 and keeps everything else in float32, on devices that multiply
   * bfloat16 (`BackendInfo.bfloat16`). @default "float32"
   */
  readonly precision?: Precision;
  /** How many captures are kept, one for each set of argument shapes; the least recently used is dropped. @default 32 */
  readonly cacheSize?: number;
  /** Compile the graph with XLA. Slower on CPUs (reference figures in the README). @default false */
  readonly xla?: boolean;
}

/** A captured function. Its results are new tensors, which the caller disposes. */
export interface Compiled<Arguments extends readonly unknown[], Result> {
  (...parameters: Arguments): Result;
  /** Frees every capture. The function can still be called and captures anew. */
  dispose(): void;
  /** What was captured so far and how long that took. */
  readonly statistics: {
    readonly captures: number;
    readonly calls: number;
    readonly nodes: number;
    readonly captureMilliseconds: number;
    /** Time inside TensorFlow; the rest of a call is JavaScript. */
    readonly runMilliseconds: number;
    /** Floating-point operations in matrix products of all calls, without what layers under `recompute` do a second time. */
    readonly productOperations: number;
  };
}

interface Capture<Result> {
  /** The result, and how many milliseconds TensorFlow took. */
  readonly run: (inputs: readonly tf.Tensor[]) => [Result, number];
  readonly dispose: () => void;
  readonly nodes: number;
  readonly productOperations: number;
}

let activeTrace: Trace | null = null;
let functionCount = 0;

/** Whether a compiled function is being captured now. */
export function isTracing(): boolean {
  return activeTrace !== null;
}

/** Whether a tensor of the function being captured is another one's transposition by just this permutation. */
export function isTransposed(tensor: tf.Tensor, permutation: readonly number[]): boolean {
  if (activeTrace === null) return false;
  return activeTrace.transposition(activeTrace.resolve(requireBackend().backend.tensorMap.get(tensor.dataId)))?.permutation === String(permutation);
}

/** Tensors smaller than this are kept as they are: parameters of norms, factors, sums. */
const smallestNarrowed = 4096;

/**
 * What to keep of tensors for the backward pass, and how to have them again: where products are in bfloat16, large tensors are kept in bfloat16
 * as well, which is half the memory; else they are kept as they are.
 */
export function narrowed(tensors: readonly tf.Tensor[]): { kept: tf.Tensor[]; restore: (saved: readonly tf.Tensor[], dy: tf.Tensor) => tf.Tensor[] } {
  const trace = activeTrace;
  if (trace === null || trace.precision !== "bfloat16") return { kept: [...tensors], restore: (saved) => [...saved] };
  const { backend } = requireBackend();
  const idOf = (tensor: tf.Tensor): number => trace.resolve(backend.tensorMap.get(tensor.dataId));
  const isNarrow = tensors.map(({ dtype, size }) => dtype === "float32" && size >= smallestNarrowed);
  return {
    kept: tensors.map((tensor, index) => (isNarrow[index] === true ? backend.createOutputTensor(trace.narrow(idOf(tensor))) : tensor)),
    restore: (saved, dy) => saved.map((tensor, index) => (isNarrow[index] === true ? trace.recordAfter(idOf(dy), () => backend.createOutputTensor(trace.widen(idOf(tensor)))) : tensor)),
  };
}

/** Does work that was done before, which does not count as operations of the model. */
export function computeAgain<Result>(work: () => Result): Result {
  if (activeTrace === null) return work();
  const { repeats } = activeTrace;
  activeTrace.repeats = true;
  try {
    return work();
  } finally {
    activeTrace.repeats = repeats;
  }
}

/** Does work that a captured graph must not begin before `tensor` is there (see `Trace.recordAfter`). */
export function computeAfter<Result>(tensor: tf.Tensor, work: () => Result): Result {
  if (activeTrace === null) return work();
  return activeTrace.recordAfter(activeTrace.resolve(requireBackend().backend.tensorMap.get(tensor.dataId)), work);
}

/**
 * Captures a function of trees of tensors as one TensorFlow graph and runs that on every further call with arguments of the
 * same shapes. The function runs once a set of shapes, without computing anything: it must not read values
 * (`dataSync` throws with the place) nor have other effects, and what it takes from outside (numbers, tensors in its closure) is
 * fixed at capture. Where graphs cannot be captured it runs op by op, with the same results.
 *
 * Inside another compiled function, or under `tf.grad`, it simply runs as part of that.
 */
export function compile<Arguments extends readonly unknown[], Result>(work: (...parameters: Arguments) => Result, options: CompileOptions = {}): Compiled<Arguments, Result> {
  const { precision = "float32", cacheSize = 32, xla = false } = options;
  const captures = new Map<string, Capture<Result>>();
  const statistics = { captures: 0, calls: 0, nodes: 0, captureMilliseconds: 0, runMilliseconds: 0, productOperations: 0 };

  const call = (...parameters: Arguments): Result => {
    const { addon, info } = requireBackend();
    const differentiated = (tf.engine() as unknown as { state: { gradientDepth: number } }).state.gradientDepth > 0;
    if (activeTrace !== null || differentiated) return work(...parameters);
    const { tensors, signature } = flatten(parameters);
    statistics.calls += 1;
    if (addon === null) return runEagerly(work, parameters, tensors);
    let capture = captures.get(signature);
    if (capture === undefined) {
      const started = performance.now();
      capture = captureFunction({ work, parameters, tensors, precision: info.bfloat16 ? precision : "float32", xla });
      statistics.captures += 1;
      statistics.nodes += capture.nodes;
      statistics.captureMilliseconds += performance.now() - started;
      while (captures.size >= cacheSize) {
        const [oldest, dropped] = captures.entries().next().value as [string, Capture<Result>];
        dropped.dispose();
        captures.delete(oldest);
      }
    } else captures.delete(signature);
    // Last in the map is the most recently used.
    captures.set(signature, capture);
    statistics.productOperations += capture.productOperations;
    const [result, milliseconds] = capture.run(tensors);
    statistics.runMilliseconds += milliseconds;
    return result;
  };
  return Object.assign(call, {
    dispose: () => {
      for (const capture of captures.values()) capture.dispose();
      captures.clear();
    },
    statistics,
  });
}

function runEagerly<Arguments extends readonly unknown[], Result>(work: (...parameters: Arguments) => Result, parameters: Arguments, inputs: readonly tf.Tensor[]): Result {
  const given = new Set(inputs);
  return tf.tidy(() => mapTensors(work(...parameters), (tensor) => (given.has(tensor) ? tensor.clone() : tensor)) as unknown as tf.TensorContainer) as Result;
}

function captureFunction<Arguments extends readonly unknown[], Result>({
  work,
  parameters,
  tensors,
  precision,
  xla,
}: {
  work: (...parameters: Arguments) => Result;
  parameters: Arguments;
  tensors: readonly tf.Tensor[];
  precision: Precision;
  xla: boolean;
}): Capture<Result> {
  const { backend, addon } = requireBackend();
  if (addon === null) throw new Error("graphs cannot be captured here");
  const dataOf = (tensor: tf.Tensor) => backend.tensorMap.get(tensor.dataId);
  const realInputs = tensors.map((tensor) => backend.realId(dataOf(tensor)));
  const trace = new Trace({ addon, backend, precision });
  const inputs: number[] = [];
  const outputs: number[] = [];
  let template: unknown;
  activeTrace = trace;
  try {
    tf.tidy(() => {
      trace.record(() => {
        const traced = mapTensors(parameters, (tensor, index) => {
          const handle = trace.input(dataOf(tensor));
          inputs.push(handle.id);
          // The same tensor reached through a closure is the same input.
          const real = realInputs[index] as number;
          if (!trace.outside.has(real)) trace.outside.set(real, { id: handle.id, data: dataOf(tensor) });
          return backend.createOutputTensor(handle);
        });
        const result = work(...traced);
        if (result instanceof Promise) throw new Error("a compiled function must not be async");
        template = mapTensors(result as unknown, (tensor) => {
          // A node of its own for each output: an output may be an input, or appear twice.
          const [identity] = trace.executeOp("Identity", [], [trace.resolve(dataOf(tensor))], 1);
          outputs.push((identity as { id: number }).id);
          return tensor;
        });
      });
    });
  } finally {
    activeTrace = null;
  }
  const inputIds = new Set(inputs);
  const held: number[] = [];
  const pairs = (ids: readonly number[]): Int32Array => Int32Array.from(ids.flatMap((id) => [trace.reference(id).node, trace.reference(id).port]));
  const outsideIds: number[] = [];
  for (const [real, { id }] of trace.outside) {
    if (inputIds.has(id)) continue;
    outsideIds.push(id);
    // A handle of our own: the tensor may be disposed while the capture lives.
    held.push((backend.binding.executeOp("Identity", [], [real], 1)[0] as { id: number }).id);
  }
  functionCount += 1;
  const name = `mmgeo_${process.pid}_${functionCount}`;
  const kept = addon.registerFunction(trace.graph, name, pairs([...inputs, ...outsideIds]), pairs(outputs), Int32Array.from(trace.effects), xla);
  return {
    nodes: kept.length,
    productOperations: kept.reduce((sum, node) => sum + (trace.productOperations.get(node) ?? 0), 0),
    run: (given) => {
      const ids = given.map((tensor) => backend.realId(dataOf(tensor)));
      const started = performance.now();
      const handles = backend.binding.executeOp(name, [], [...ids, ...held], outputs.length);
      const milliseconds = performance.now() - started;
      return [mapTensors(template, (_, index) => backend.createOutputTensor(handles[index] as (typeof handles)[number])) as Result, milliseconds];
    },
    dispose: () => {
      addon.removeFunction(name);
      for (const id of held) backend.binding.deleteTensor(id);
    },
  };
}
