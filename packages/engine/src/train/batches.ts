import { processGroup } from "../backend/backend.js";
import type { Batch, TrainOptions } from "./options.js";
import { order } from "./order.js";

/** The arrays of the batch with this number, counted over epochs. */
export async function makeBatch({ options, batchesPerEpoch, index }: { options: TrainOptions; batchesPerEpoch: number; index: number }): Promise<Batch> {
  const epoch = Math.floor(index / batchesPerEpoch);
  const indices = order({ examples: options.examples, batchSize: options.batchSize, seed: options.seed, epoch })[index % batchesPerEpoch] as number[];
  const group = processGroup();
  if (group === null) return await options.batch(indices, { epoch });
  // Each process makes and computes its own part of the same batch.
  const share = indices.length / group.addresses.length;
  return await options.batch(indices.slice(group.rank * share, (group.rank + 1) * share), { epoch });
}

/** Asks for batches before they are needed; `next` gives them in order. */
export function prefetch<Made>({ first, last, ahead, make }: { first: number; last: number; ahead: number; make: (index: number) => Promise<Made> }): { next: () => Promise<Made> } {
  const asked: Promise<Made>[] = [];
  let index = first;
  const fill = (): void => {
    while (asked.length < Math.max(1, ahead) && index < last) {
      const made = make(index);
      // A failure is reported when the batch is awaited, not before.
      made.catch(() => undefined);
      asked.push(made);
      index += 1;
    }
  };
  return {
    next: async () => {
      fill();
      const made = asked.shift();
      if (made === undefined) throw new Error("train: no batch is left");
      const batch = await made;
      fill();
      return batch;
    },
  };
}
