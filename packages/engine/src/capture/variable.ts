import * as tf from "@tensorflow/tfjs";
import { dataTypes } from "../backend/binding.js";
import { attribute, operation, singleOperation } from "../backend/operation.js";
import { isTracing } from "./compile.js";

let variableCount = 0;

/**
 * A float32 tensor that lives in TensorFlow and is updated in place, also by captured functions: inside one, reads and writes
 * of a variable keep the order in which the function made them. Unlike `tf.Variable` it is never copied.
 */
export class ResourceVariable {
  readonly shape: readonly number[];
  private readonly name: string;
  private readonly eagerHandle: tf.Tensor;

  constructor(initial: tf.Tensor) {
    if (initial.dtype !== "float32") throw new Error(`a ResourceVariable holds float32, not ${initial.dtype}`);
    this.shape = initial.shape;
    variableCount += 1;
    this.name = `mmgeo_${process.pid}_variable_${variableCount}`;
    this.eagerHandle = tf.keep(this.createHandle());
    this.set(initial);
  }

  /** A variable of zeros. */
  static zeros(shape: readonly number[]): ResourceVariable {
    const initial = tf.zeros([...shape]);
    const variable = new ResourceVariable(initial);
    initial.dispose();
    return variable;
  }

  /** The value now. */
  read(): tf.Tensor {
    return singleOperation("ReadVariableOp", [this.handle()], [attribute.type("dtype", dataTypes.float32)]);
  }

  /**
   * Replaces the value by a copy that TensorFlow owns. A tensor made from a JavaScript array may share the array's memory, and
   * whoever lets go of a variable's buffer last may be one of TensorFlow's threads, which must not call into Node.
   */
  set(value: tf.Tensor): void {
    const owned = singleOperation("DeepCopy", [value]);
    this.assign(owned);
    owned.dispose();
  }

  /** Replaces the value without a copy: for results of operations, as inside a compiled function. */
  assign(value: tf.Tensor): void {
    this.write("AssignVariableOp", [value], [attribute.type("dtype", dataTypes.float32)]);
  }

  /** Runs an operation without outputs whose first input is this variable, e.g. `AssignAddVariableOp`. */
  write(type: string, inputs: readonly tf.Tensor[], attributes: Parameters<typeof singleOperation>[2] = []): void {
    operation({ type, inputs: [this.handle(), ...inputs], attributes, outputs: 0 });
  }

  /** What names the variable to an operation. */
  handle(): tf.Tensor {
    return isTracing() ? this.createHandle() : this.eagerHandle;
  }

  /** Frees the memory. Captured functions that use the variable fail from then on. */
  dispose(): void {
    operation({ type: "DestroyResourceOp", inputs: [this.eagerHandle], outputs: 0 });
    this.eagerHandle.dispose();
  }

  private createHandle(): tf.Tensor {
    return singleOperation("VarHandleOp", [], [attribute.string("container", ""), attribute.string("shared_name", this.name), attribute.type("dtype", dataTypes.float32), attribute.shape("shape", this.shape)]);
  }
}
