/** A caption found for another: its index in the corpus and its similarity. */
export interface Neighbour {
  index: number;
  similarity: number;
}

/**
 * Finds, for each query (an index into the corpus), the `limit` captions of the corpus most similar to it, best first, the query itself left
 * out. Equal similarities come in the order of the corpus.
 */
export type Search = (queries: number[], limit: number) => Promise<Neighbour[][]>;

/** Keeps the best `limit` of what it is given; ties go to the smaller index. */
export class BestNeighbours {
  private readonly indices: Int32Array;
  private readonly scores: Float64Array;
  private readonly limit: number;
  private size = 0;

  constructor(limit: number) {
    this.limit = limit;
    this.indices = new Int32Array(limit);
    this.scores = new Float64Array(limit);
  }

  /** True where the first is the worse one: it sits above in the heap. */
  private worse(first: number, second: number): boolean {
    const difference = this.scores[first]! - this.scores[second]!;
    return difference < 0 || difference === 0 && this.indices[first]! > this.indices[second]!;
  }

  private exchange(first: number, second: number): void {
    const [index, score] = [this.indices[first]!, this.scores[first]!];
    this.indices[first] = this.indices[second]!;
    this.scores[first] = this.scores[second]!;
    this.indices[second] = index;
    this.scores[second] = score;
  }

  add(index: number, score: number): void {
    if (this.limit === 0) return;
    if (this.size < this.limit) {
      let place = this.size;
      this.indices[place] = index;
      this.scores[place] = score;
      this.size += 1;
      while (place > 0) {
        const parent = (place - 1) >> 1;
        if (!this.worse(place, parent)) break;
        this.exchange(place, parent);
        place = parent;
      }
      return;
    }
    if (score < this.scores[0]! || score === this.scores[0]! && index > this.indices[0]!) return;
    this.indices[0] = index;
    this.scores[0] = score;
    let place = 0;
    for (;;) {
      let worst = place;
      for (const child of [2 * place + 1, 2 * place + 2]) if (child < this.size && this.worse(child, worst)) worst = child;
      if (worst === place) return;
      this.exchange(place, worst);
      place = worst;
    }
  }

  sorted(): Neighbour[] {
    const found: Neighbour[] = [];
    for (let place = 0; place < this.size; place += 1) found.push({ index: this.indices[place]!, similarity: this.scores[place]! });
    return found.toSorted((first, second) => second.similarity - first.similarity || first.index - second.index);
  }
}
