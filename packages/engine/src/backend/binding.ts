/** An attribute of an operation as tfjs-node's addon takes it; while tracing, a value may also be a list of any type. */
export interface OperationAttribute {
  readonly name: string;
  /** One of the binding's TF_ATTR_ numbers. */
  readonly type: number;
  readonly value: unknown;
}

/** A tensor as the addon answers it. */
export interface TensorHandle {
  readonly id: number;
  readonly shape: number[];
  /** One of TensorFlow's DataType numbers. */
  readonly dtype: number;
}

export type TensorValues = Float32Array | Int32Array | Uint8Array | Uint16Array;

/** The addon of tfjs-node: what everything it computes goes through. */
export interface Binding {
  executeOp(name: string, attributes: readonly OperationAttribute[], inputs: readonly number[], outputs: number): TensorHandle[];
  createTensor(shape: readonly number[], dtype: number, values: TensorValues): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): TensorValues;
  getNumOfTensors(): number;
  isUsingGpuDevice(): boolean;
  readonly TF_Version: string;
}

declare const graphBrand: unique symbol;
/** A graph that grows node by node inside the capture addon. */
export interface NativeGraph {
  readonly [graphBrand]: true;
}

/** The engine's own addon. */
export interface CaptureAddon {
  /** Serialized ConfigProto and ServerDef (empty for a process on its own) of the context; before the binding is opened. */
  configure(configProto: Uint8Array, serverDef: Uint8Array): void;
  /** Registers the engine's own operations (native/kernels.cc), whose loops may use so many threads. */
  registerKernels(threads: number): void;
  createGraph(): NativeGraph;
  addNode(graph: NativeGraph, type: string, inputs: Int32Array, controls: Int32Array, attributes: readonly OperationAttribute[]): { node: number; dtypes: number[]; shapes: (number[] | null)[] };
  addConstant(graph: NativeGraph, dtype: number, shape: readonly number[], values: TensorValues): number;
  /** Returns the nodes that the function kept: those that its outputs and controls need. */
  registerFunction(graph: NativeGraph, name: string, inputs: Int32Array, outputs: Int32Array, controls: Int32Array, compile: boolean): number[];
  removeFunction(name: string): void;
}

/** TensorFlow's DataType numbers (types.proto), as far as the engine meets them. */
export const dataTypes = { float32: 1, int32: 3, uint8: 4, int64: 9, bool: 10, bfloat16: 14, float16: 19, resource: 20 } as const;

/** TensorFlow's attribute type numbers (tf_attrtype.h). */
export const attributeTypes = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 } as const;
