import { createHash } from "node:crypto";
import { attributeTypes, dataTypes, type Binding, type CaptureAddon, type NativeGraph, type OperationAttribute, type TensorHandle, type TensorValues } from "../backend/binding.js";
import type { EngineBackend, InputResolver, TensorData } from "../backend/engine-backend.js";

/** Precision of matrix products; parameters, reductions and everything else stay float32. */
export type Precision = "float32" | "bfloat16";

/** One output of one node of the graph being built. */
interface Reference {
  readonly node: number;
  readonly port: number;
  readonly dtype: number;
  readonly shape: readonly number[];
}

/** Traced tensors have numbers below -1, never reused in a process, so one that escapes its trace is recognized. */
let nextId = -2;

const matrixProducts = new Set(["MatMul", "BatchMatMulV2"]);
const variableWrites = /^(?:Assign|ResourceApply|ResourceScatter)/;
const longestPermutation = 8;
const noControls = new Int32Array(0);

/** What ordering one variable's reads and writes needs. */
interface VariableOrder {
  lastWrite: number | null;
  reads: number[];
}

/**
 * One recording of a function: stands in for the addon while the function runs, and turns each operation into a node of a
 * TensorFlow graph. Shapes come from TensorFlow's shape inference; no arithmetic runs and no tensor is made.
 */
export class Trace implements InputResolver {
  readonly graph: NativeGraph;
  /** Tensors from outside that the function uses, by the addon's number: the graph takes them as further inputs. */
  readonly outside = new Map<number, { id: number; data: TensorData }>();
  /** Nodes that change a variable: they run even where no output depends on them. */
  readonly effects: number[] = [];
  nodes = 0;
  /** Floating-point operations of each node that multiplies matrices, a multiplication and an addition each; not those done a second time. */
  readonly productOperations = new Map<number, number>();
  /** Whether what is recorded now was computed before. */
  repeats = false;
  private readonly references = new Map<number, Reference>();
  private readonly constants = new Map<string, number>();
  private readonly constantOfData = new WeakMap<TensorData, number>();
  private readonly createdHere = new WeakSet<TensorData>();
  private readonly casts = new Map<string, Reference>();
  /** The bfloat16 tensors behind float32 ones, by the node of these. */
  private readonly widened = new Map<number, Reference>();
  private readonly variables = new Map<number, VariableOrder>();
  /** Small int32 constants, by node: permutations among them. */
  private readonly permutations = new Map<number, readonly number[]>();
  private readonly transpositions = new Map<number, { readonly of: Reference; readonly permutation: string }>();
  /** The node that everything recorded now has to wait for, and what was recorded since. */
  private delay: { readonly until: number; readonly made: Set<number> } | null = null;
  private readonly addon: CaptureAddon;
  private readonly backend: EngineBackend;
  readonly precision: Precision;

  constructor({ addon, backend, precision }: { addon: CaptureAddon; backend: EngineBackend; precision: Precision }) {
    this.addon = addon;
    this.backend = backend;
    this.precision = precision;
    this.graph = addon.createGraph();
  }

  /** Runs a function with every operation recorded instead of executed. */
  record<Result>(work: () => Result): Result {
    const { backend } = this;
    const { binding } = backend;
    // The addon's members are read-only and not enumerable, so the recorder is a plain object with copies of them.
    const members = Object.fromEntries(Object.getOwnPropertyNames(binding).map((name) => [name, binding[name as keyof Binding]])) as unknown as Binding;
    const recorder: Binding = {
      ...members,
      executeOp: (type, attributes, inputs, outputs) => this.executeOp(type, attributes, inputs, outputs),
      createTensor: (shape, dtype, values) => this.constant(dtype, shape, values),
      deleteTensor: () => undefined,
      tensorDataSync: () => {
        throw new Error(`data read while tracing, at ${callerPlace()}: inside a compiled function values are not known yet; return the tensor and read it outside`);
      },
    };
    backend.binding = recorder;
    backend.resolver = this;
    try {
      return work();
    } finally {
      backend.binding = binding;
      backend.resolver = null;
    }
  }

  /** A new input of the graph. */
  input({ dtype, shape }: { dtype: number; shape: readonly number[] }): TensorHandle {
    const { node } = this.addNode("Placeholder", [], noControls, [
      { name: "dtype", type: attributeTypes.type, value: dtype },
      { name: "shape", type: attributeTypes.shape, value: shape },
    ]);
    const id = this.remember({ node, port: 0, dtype, shape });
    return { id, dtype, shape: [...shape] };
  }

  /**
   * Records work that must not begin before a tensor is there, though its inputs are there earlier: what the backward pass computes
   * again would otherwise run (or be merged with its first computation) during the forward pass, and stay in memory.
   */
  recordAfter<Result>(id: number, work: () => Result): Result {
    const outer = this.delay;
    this.delay = { until: this.reference(id).node, made: new Set() };
    try {
      return work();
    } finally {
      this.delay = outer;
    }
  }

  created(data: TensorData): void {
    this.createdHere.add(data);
  }

  resolve(data: TensorData): number {
    if (this.createdHere.has(data) && data.values !== null) {
      const known = this.constantOfData.get(data);
      if (known !== undefined) return known;
      const id = this.constant(data.dtype, data.shape, data.values);
      this.constantOfData.set(data, id);
      return id;
    }
    if (data.id < -1) {
      if (!this.references.has(data.id)) throw new Error("a tensor made inside a compiled function was kept and used in another one: return it from the function instead");
      return data.id;
    }
    const real = this.backend.realId(data);
    const known = this.outside.get(real);
    if (known !== undefined) return known.id;
    const { id } = this.input(data);
    this.outside.set(real, { id, data });
    return id;
  }

  /** The node and port behind a traced number. */
  reference(id: number): Reference {
    const reference = this.references.get(id);
    if (reference === undefined) throw new Error("a tensor of another trace was used");
    return reference;
  }

  executeOp(type: string, attributes: readonly OperationAttribute[], inputs: readonly number[], outputs: number): TensorHandle[] {
    const references = inputs.map((id) => this.reference(id));
    if (this.precision === "bfloat16" && matrixProducts.has(type) && references.every(({ dtype }) => dtype === dataTypes.float32)) {
      const [product] = this.node(
        type,
        attributes.filter(({ name }) => name !== "T"),
        references.map((reference) => this.cast(reference, dataTypes.bfloat16)),
        1,
      ) as [Reference];
      return [this.handle(this.cast(product, dataTypes.float32))];
    }
    if (type === "VarHandleOp") return [this.variableHandle(attributes)];
    if (type === "Transpose") return [this.transpose(attributes, references as [Reference, Reference])];
    return this.node(type, attributes, references, outputs).map((reference) => this.handle(reference));
  }

  /** The same numbers in bfloat16. tfjs has no such type and is told float32: only `widen` may use the result. */
  narrow(id: number): TensorHandle {
    const { shape } = this.reference(id);
    return { id: this.remember(this.cast(this.reference(id), dataTypes.bfloat16)), dtype: dataTypes.float32, shape: [...shape] };
  }

  widen(id: number): TensorHandle {
    return this.handle(this.cast(this.reference(id), dataTypes.float32));
  }

  /** What was transposed to give this tensor, and how; null where it is no transposition. */
  transposition(id: number): { readonly of: Reference; readonly permutation: string } | null {
    return this.transpositions.get(this.reference(id).node) ?? null;
  }

  /** Two transpositions that undo each other are none. */
  private transpose(attributes: readonly OperationAttribute[], inputs: readonly [Reference, Reference]): TensorHandle {
    const [input, order] = inputs;
    const permutation = this.permutations.get(order.node);
    const before = this.transpositions.get(input.node);
    const isUndone = permutation !== undefined && before !== undefined && before.permutation.split(",").every((from, to) => permutation[Number(from)] === to);
    if (isUndone) return this.handle(before.of);
    const [result] = this.node("Transpose", attributes, inputs, 1) as [Reference];
    if (permutation !== undefined) this.transpositions.set(result.node, { of: input, permutation: String(permutation) });
    return this.handle(result);
  }

  private variableHandle(attributes: readonly OperationAttribute[]): TensorHandle {
    const name = `variable ${String(attributes.find((attribute) => attribute.name === "shared_name")?.value)}`;
    const known = this.constants.get(name);
    if (known !== undefined) return this.handleOf(known);
    const [reference] = this.node("VarHandleOp", attributes, [], 1) as [Reference];
    const handle = this.handle(reference);
    this.constants.set(name, handle.id);
    return handle;
  }

  private node(type: string, attributes: readonly OperationAttribute[], inputs: readonly Reference[], outputs: number): Reference[] {
    const { node, dtypes, shapes } = this.addNode(type, inputs, this.controlsOf(type, inputs), attributes);
    this.delay?.made.add(node);
    const operations = this.repeats ? 0 : productOperations({ type, attributes, inputs, shape: shapes[0] ?? [] });
    if (operations > 0) this.productOperations.set(node, operations);
    this.noteEffect(type, node, inputs);
    return Array.from({ length: outputs }, (_, port) => {
      const shape = shapes[port];
      if (dtypes[port] === undefined) throw new Error(`${type} has no output ${port}`);
      if (dtypes[port] !== dataTypes.resource && (shape === null || shape === undefined || shape.some((dimension) => dimension < 0))) {
        throw new Error(`the shape of ${type}'s result depends on data, at ${callerPlace()}: it cannot be used in a compiled function`);
      }
      return { node, port, dtype: dtypes[port], shape: shape ?? [] };
    });
  }

  private controlsOf(type: string, inputs: readonly Reference[]): Int32Array {
    const { delay } = this;
    const delayed = delay === null || inputs.some(({ node }) => delay.made.has(node)) ? [] : [delay.until];
    const variable = inputs[0];
    const order = variable?.dtype === dataTypes.resource ? this.variables.get(variable.node) : undefined;
    if (order === undefined) return delayed.length === 0 ? noControls : Int32Array.from(delayed);
    const before = order.lastWrite === null ? [] : [order.lastWrite];
    return Int32Array.from([...delayed, ...before, ...(variableWrites.test(type) ? order.reads : [])]);
  }

  private noteEffect(type: string, node: number, inputs: readonly Reference[]): void {
    const writes = variableWrites.test(type);
    for (const { node: variable, dtype } of inputs) {
      if (dtype !== dataTypes.resource) continue;
      const order = this.variables.get(variable) ?? { lastWrite: null, reads: [] };
      this.variables.set(variable, order);
      if (writes) {
        order.lastWrite = node;
        order.reads = [];
      } else order.reads.push(node);
    }
    if (writes) this.effects.push(node);
  }

  private addNode(type: string, inputs: readonly Reference[], controls: Int32Array, attributes: readonly OperationAttribute[]): { node: number; dtypes: number[]; shapes: (number[] | null)[] } {
    const pairs = new Int32Array(inputs.length * 2);
    inputs.forEach(({ node, port }, index) => {
      pairs[2 * index] = node;
      pairs[2 * index + 1] = port;
    });
    this.nodes += 1;
    return this.addon.addNode(this.graph, type, pairs, controls, attributes);
  }

  /** Each distinct constant is embedded once. */
  private constant(dtype: number, shape: readonly number[], values: TensorValues): number {
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    const content = bytes.length <= 64 ? bytes.toString("latin1") : createHash("sha1").update(bytes).digest("base64");
    const key = `${dtype} ${shape.join(",")} ${bytes.length} ${content}`;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    this.nodes += 1;
    const node = this.addon.addConstant(this.graph, dtype, shape, values);
    if (dtype === dataTypes.int32 && values.length <= longestPermutation) this.permutations.set(node, Array.from(values));
    const id = this.remember({ node, port: 0, dtype, shape });
    this.constants.set(key, id);
    return id;
  }

  private cast(reference: Reference, dtype: number): Reference {
    // A bfloat16 that was widened is itself, narrowed again.
    const narrow = this.widened.get(reference.node);
    if (narrow !== undefined && dtype === narrow.dtype) return narrow;
    // What has to wait is not to be merged with what ran before.
    const key = `${reference.node} ${reference.port} ${dtype} ${this.delay?.until ?? ""}`;
    const known = this.casts.get(key);
    if (known !== undefined) return known;
    const [result] = this.node("Cast", [{ name: "DstT", type: attributeTypes.type, value: dtype }], [reference], 1) as [Reference];
    this.casts.set(key, result);
    if (dtype === dataTypes.float32 && reference.dtype === dataTypes.bfloat16) this.widened.set(result.node, reference);
    return result;
  }

  private remember(reference: Reference): number {
    const id = nextId;
    nextId -= 1;
    this.references.set(id, reference);
    return id;
  }

  private handle(reference: Reference): TensorHandle {
    return this.handleOf(this.remember(reference));
  }

  private handleOf(id: number): TensorHandle {
    const { dtype, shape } = this.reference(id);
    return { id, dtype, shape: [...shape] };
  }
}

/** Two for each element of the result and step of the depth; attention has two products forwards and four backwards. */
function productOperations({ type, attributes, inputs, shape }: { type: string; attributes: readonly OperationAttribute[]; inputs: readonly Reference[]; shape: readonly number[] }): number {
  const size = (dimensions: readonly number[]): number => dimensions.reduce((product, dimension) => product * dimension, 1);
  const [left, right] = inputs;
  if (matrixProducts.has(type)) {
    const isTurned = attributes.some(({ name, value }) => (name === "transpose_a" || name === "adj_x") && value === true);
    return 2 * size(shape) * ((left as Reference).shape.at(isTurned ? -2 : -1) as number);
  }
  if (type !== "MMGeoAttention" && type !== "MMGeoAttentionGrad") return 0;
  const keyNumbers = size((right as Reference).shape);
  // [batch, heads, queries, size] times the number of keys, however the dimensions are ordered.
  const keys = keyNumbers / (size((left as Reference).shape) / tokensOf(attributes, left as Reference, 1));
  return (type === "MMGeoAttention" ? 4 : 8) * size((left as Reference).shape) * keys;
}

/** The tokens of an attention operand, whose layout is a bit of the operation's attribute. */
function tokensOf(attributes: readonly OperationAttribute[], { shape }: Reference, bit: number): number {
  const kind = Number(attributes.find(({ name }) => name === "kind")?.value);
  return shape[(kind & bit) === 0 ? 2 : 1] as number;
}

/** The first line of the stack that is neither the engine's nor tfjs's: where the user's function did it. */
function callerPlace(): string {
  const lines = (new Error("place").stack ?? "").split("\n").slice(1);
  const own = /@tensorflow|node:internal|\/engine\/(?:src\/(?!.*\.test\.)|dist)|node_modules\/@mmgeo\/engine/;
  return (lines.find((line) => !own.test(line)) ?? lines[0] ?? "an unknown place").trim().replace(/^at /, "");
}
