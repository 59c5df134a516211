import * as tf from "@tensorflow/tfjs";

/** Tensors in nested arrays and objects; anything else in it is part of the function, not of its data. */
export type Tree = tf.Tensor | number | string | boolean | null | undefined | readonly Tree[] | { readonly [name: string]: Tree };

/** A tree with its tensors taken out: what is left tells one capture from another. */
export interface Flattened {
  readonly tensors: tf.Tensor[];
  /** The tree's structure with each tensor's type and shape, as text. */
  readonly signature: string;
}

export function flatten(tree: unknown): Flattened {
  const tensors: tf.Tensor[] = [];
  const visit = (value: unknown): string => {
    if (value instanceof tf.Tensor) {
      tensors.push(value);
      return `${value.dtype}[${value.shape}]`;
    }
    if (Array.isArray(value)) return `(${value.map(visit).join(" ")})`;
    if (typeof value === "object" && value !== null) {
      return `{${Object.entries(value)
        .map(([name, member]) => `${JSON.stringify(name)}:${visit(member)}`)
        .join(" ")}}`;
    }
    if (typeof value === "function" || typeof value === "symbol") throw new Error("the arguments and results of a compiled function are trees of tensors: a function cannot be in them");
    return typeof value === "string" ? JSON.stringify(value) : String(value);
  };
  const signature = visit(tree);
  return { tensors, signature };
}

/** The same tree with each tensor replaced, in the order of `flatten`. */
export function mapTensors<Value>(tree: Value, replace: (tensor: tf.Tensor, index: number) => tf.Tensor): Value {
  let index = 0;
  const visit = (value: unknown): unknown => {
    if (value instanceof tf.Tensor) {
      const replaced = replace(value, index);
      index += 1;
      return replaced;
    }
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, visit(member)]));
    return value;
  };
  return visit(tree) as Value;
}
