import { BestNeighbours, type Neighbour, type Search } from "./search.js";

/** Above this corpus size, terms of more than a tenth of the captions do not bring candidates in; candidates are still scored by all terms. */
const largeCorpus = 20_000;
const commonShare = 0.1;

/** TF-IDF vectors of unit length, one row a caption, as compressed rows and as an inverted index. */
interface TermMatrix {
  rowStarts: Int32Array;
  rowTerms: Int32Array;
  rowWeights: Float32Array;
  termStarts: Int32Array;
  termRows: Int32Array;
  termWeights: Float32Array;
}

function buildMatrix(corpus: string[][]): TermMatrix {
  const ids = new Map<string, number>();
  const frequency: number[] = [];
  const rows = corpus.map((terms) => {
    const counts = new Map<number, number>();
    for (const term of terms) {
      let id = ids.get(term);
      if (id === undefined) {
        id = ids.size;
        ids.set(term, id);
        frequency.push(0);
      }
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    for (const id of counts.keys()) frequency[id]! += 1;
    return counts;
  });
  const total = rows.reduce((sum, row) => sum + row.size, 0);
  const matrix: TermMatrix = {
    rowStarts: new Int32Array(rows.length + 1),
    rowTerms: new Int32Array(total),
    rowWeights: new Float32Array(total),
    termStarts: new Int32Array(ids.size + 1),
    termRows: new Int32Array(total),
    termWeights: new Float32Array(total),
  };
  frequency.forEach((count, id) => (matrix.termStarts[id + 1] = matrix.termStarts[id]! + count));
  const filled = matrix.termStarts.slice(0, ids.size);
  let place = 0;
  rows.forEach((row, index) => {
    const weights = [...row].map(([id, count]): [number, number] => [id, (1 + Math.log(count)) * (Math.log((1 + rows.length) / (1 + frequency[id]!)) + 1)]);
    const length = Math.sqrt(weights.reduce((sum, [, weight]) => sum + weight * weight, 0)) || 1;
    for (const [id, weight] of weights) {
      matrix.rowTerms[place] = id;
      matrix.rowWeights[place] = weight / length;
      place += 1;
      const slot = filled[id]!;
      matrix.termRows[slot] = index;
      matrix.termWeights[slot] = weight / length;
      filled[id] = slot + 1;
    }
    matrix.rowStarts[index + 1] = place;
  });
  return matrix;
}

/**
 * Cosine of TF-IDF vectors (sublinear term counts, smoothed inverse document frequency) over an inverted index. Exact up to 20,000 captions;
 * beyond that a caption that shares only common terms with the query is not found.
 */
export function lexicalSearch(corpus: string[][]): Search {
  const matrix = buildMatrix(corpus);
  const size = corpus.length;
  const mostRows = size > largeCorpus ? Math.floor(size * commonShare) : size;
  const scores = new Float32Array(size);
  const common = new Float32Array(matrix.termStarts.length);
  const touched = new Int32Array(size);

  const searchOne = (query: number, limit: number): Neighbour[] => {
    const best = new BestNeighbours(Math.min(limit, size - 1));
    let count = 0;
    const from = matrix.rowStarts[query]!;
    const to = matrix.rowStarts[query + 1]!;
    for (let entry = from; entry < to; entry += 1) {
      const term = matrix.rowTerms[entry]!;
      const weight = matrix.rowWeights[entry]!;
      const start = matrix.termStarts[term]!;
      const end = matrix.termStarts[term + 1]!;
      if (end - start > mostRows) {
        common[term] = weight;
        continue;
      }
      for (let slot = start; slot < end; slot += 1) {
        const row = matrix.termRows[slot]!;
        if (scores[row] === 0) {
          touched[count] = row;
          count += 1;
        }
        scores[row]! += weight * matrix.termWeights[slot]!;
      }
    }
    for (let place = 0; place < count; place += 1) {
      const row = touched[place]!;
      let score = scores[row]!;
      scores[row] = 0;
      if (row === query) continue;
      if (mostRows < size) for (let entry = matrix.rowStarts[row]!; entry < matrix.rowStarts[row + 1]!; entry += 1) score += common[matrix.rowTerms[entry]!]! * matrix.rowWeights[entry]!;
      best.add(row, Math.min(1, score));
    }
    if (mostRows < size) for (let entry = from; entry < to; entry += 1) common[matrix.rowTerms[entry]!] = 0;
    return best.sorted();
  };
  return async (queries, limit) => queries.map((query) => searchOne(query, limit));
}
