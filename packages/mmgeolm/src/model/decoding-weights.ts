import { type PackedMatrix, tf, type WeightType } from "@mmgeo/engine";

/** The language model's matrices as a step of decoding reads them. */
export interface DecodingWeights {
  type: WeightType;
  layers: { queryKeyValue: PackedMatrix; output: PackedMatrix; gateUp: PackedMatrix; down: PackedMatrix }[];
  head: PackedMatrix;
}

/** Frees the copies; the model's own weights stay. */
export function disposeDecodingWeights({ layers, head }: DecodingWeights): void {
  const matrices = [head, ...layers.flatMap((layer) => Object.values(layer) as PackedMatrix[])];
  tf.dispose(matrices.flatMap(({ data, scale }) => [data, scale]));
}
