import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { UMAP } from "umap-js";
import { randomFor } from "../choose-edits.js";
import { vectorSearch } from "../retrieval/vector-search.js";

/** A text's place on a map where alike texts lie together. */
export interface MapPoint {
  /** what the text is: a kind of negative, or `question` */
  kind: string;
  x: number;
  y: number;
}

/** Neighbours that the map keeps together. */
const neighbours = 15;
const epochs = 300;
/** With fewer texts there is nothing to see. */
const fewest = 2 * neighbours;

/**
 * A map of texts in two dimensions by their vectors (UMAP: McInnes, Healy and Melville 2018), from their exact neighbours by cosine. The same seed gives the
 * same map. Empty for fewer than 30 texts.
 *
 * @param input.vectors row after row, one for each of `kinds`
 */
export async function mapOfVectors({ vectors, width, kinds, seed }: { vectors: Float32Array; width: number; kinds: readonly string[]; seed: number }): Promise<MapPoint[]> {
  if (kinds.length < fewest) return [];
  const search = await vectorSearch({ vectors, width });
  const found = await search(kinds.map((_, index) => index), neighbours - 1);
  search.dispose();
  const random = randomFor(seed, "map");
  const umap = new UMAP({ nComponents: 2, nNeighbors: neighbours, nEpochs: epochs, random: () => uniformFloat64(random) });
  // A point is its own first neighbour.
  umap.setPrecomputedKNN(
    found.map((list, index) => [index, ...list.map((neighbour) => neighbour.index)]),
    found.map((list) => [0, ...list.map(({ similarity }) => Math.max(0, 1 - similarity))]),
  );
  const places = umap.fit(kinds.map(() => [0]));
  return kinds.map((kind, index) => ({ kind, x: places[index]![0]!, y: places[index]![1]! }));
}
