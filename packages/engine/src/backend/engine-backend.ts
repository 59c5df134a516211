import type * as tfTypes from "@tensorflow/tfjs";
import type { Binding, OperationAttribute, TensorHandle, TensorValues } from "./binding.js";

/** What tfjs-node's backend keeps of one tensor's data. */
export interface TensorData {
  shape: number[];
  /** TensorFlow's DataType number. */
  dtype: number;
  /** The addon's number for it; negative for a tensor of a trace. */
  id: number;
  /** Values not yet handed to TensorFlow. */
  values: TensorValues | null;
}

type DataId = object;

/** The members of tfjs-node's NodeJSKernelBackend that the engine uses. */
export interface KernelBackend {
  binding: Binding;
  tensorMap: { get(dataId: DataId): TensorData };
  getInputTensorIds(tensors: readonly tfTypes.TensorInfo[]): number[];
  executeMultipleOutputs(name: string, attributes: readonly OperationAttribute[], inputs: readonly tfTypes.Tensor[], outputs: number): tfTypes.Tensor[];
  createOutputTensor(handle: TensorHandle): tfTypes.Tensor;
  write(values: TensorValues, shape: number[], dtype: string): DataId;
  move(dataId: DataId, values: TensorValues, shape: number[], dtype: string, refCount: number): void;
}

export type KernelBackendClass = new (binding: Binding, packageName: string) => KernelBackend;

/** Sees every input of every operation while a function is traced. */
export interface InputResolver {
  /** Called for data made while tracing, before it is uploaded. */
  created(data: TensorData): void;
  /** The number by which the traced graph knows this data. */
  resolve(data: TensorData): number;
}

/** The backend the engine registers: tfjs-node's, with inputs resolved by the trace while there is one. */
export interface EngineBackend extends KernelBackend {
  resolver: InputResolver | null;
  /** The addon's number of a tensor outside any trace, uploaded if that was still due. */
  realId(data: TensorData): number;
}

export function createEngineBackend({ Base, binding, packageName }: { Base: KernelBackendClass; binding: Binding; packageName: string }): EngineBackend {
  class NativeBackend extends Base implements EngineBackend {
    resolver: InputResolver | null = null;

    override getInputTensorIds(tensors: readonly tfTypes.TensorInfo[]): number[] {
      const { resolver } = this;
      if (resolver === null) {
        const ids = super.getInputTensorIds(tensors);
        if (ids.some((id) => id < 0)) throw new Error("a tensor made inside a compiled function was kept and used outside of it: return it from the function instead");
        return ids;
      }
      return tensors.map((tensor) => {
        // tfjs-node's Int64Scalar has no data of its own; its kernel uploads it through the binding.
        if (!("dataId" in tensor)) return super.getInputTensorIds([tensor])[0] as number;
        return resolver.resolve(this.tensorMap.get(tensor.dataId));
      });
    }

    override move(dataId: DataId, values: TensorValues, shape: number[], dtype: string, refCount: number): void {
      super.move(dataId, values, shape, dtype, refCount);
      this.resolver?.created(this.tensorMap.get(dataId));
    }

    realId(data: TensorData): number {
      if (data.values !== null) {
        data.id = binding.createTensor(data.shape, data.dtype, data.values);
        data.values = null;
      }
      return data.id;
    }
  }
  return new NativeBackend(binding, packageName);
}
