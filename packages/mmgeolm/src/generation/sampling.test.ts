import { describe, expect, it } from "vitest";
import { randomFrom } from "../data/random.js";
import { checkSampling, sampleToken, type Sampling } from "./sampling.js";

const logits = Float32Array.from([0, 3, 1, 2]);
const shares = (sampling: Sampling, previous: number[] = []) => {
  const random = randomFrom(1);
  const counts = [0, 0, 0, 0];
  for (let draw = 0; draw < 20_000; draw += 1) {
    const id = sampleToken({ logits, previous, sampling, random });
    counts[id] = (counts[id] as number) + 1;
  }
  return counts.map((count) => count / 20_000);
};

describe("sampleToken", () => {
  it("takes the most likely token at temperature 0", () => {
    expect(shares({ temperature: 0 })).toEqual([0, 1, 0, 0]);
  });

  it("draws by the softmax of scores over temperature", () => {
    const weights = Array.from(logits, (score) => Math.exp(score / 2));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (const [id, share] of shares({ temperature: 2 }).entries()) expect(share).toBeCloseTo((weights[id] as number) / total, 1.5);
  });

  it("keeps the k best, or the fewest whose probability reaches p", () => {
    expect(shares({ temperature: 1, topK: 2 }).map((share) => share > 0)).toEqual([false, true, false, true]);
    // softmax: 0.03, 0.64, 0.09, 0.24
    expect(shares({ temperature: 1, topP: 0.6 })).toEqual([0, 1, 0, 0]);
    expect(shares({ temperature: 1, topP: 0.7 }).map((share) => share > 0)).toEqual([false, true, false, true]);
  });

  it("chooses among the tokens that sorting all of them would keep, with and without both limits", () => {
    const random = randomFrom(7);
    for (const [topK, topP] of [[0, 0.9], [0, 0.5], [20, 1], [20, 0.8], [1, 0.9], [500, 0.99], [0, 1]] as const) {
      const scores = Float32Array.from({ length: 500 }, () => 3 * random.normal());
      const best = Math.max(...scores);
      const order = Array.from(scores.keys()).sort((a, b) => (scores[b] as number) - (scores[a] as number)).slice(0, topK === 0 ? undefined : topK);
      const weights = order.map((id) => Math.exp((scores[id] as number) - best));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      let count = 0;
      for (let mass = 0; topP < 1 ? mass < topP * total : count < order.length; count += 1) mass += weights[count] as number;
      const expected = new Set(order.slice(0, Math.max(1, count)));
      const drawn = new Set(Array.from({ length: 3000 }, () => sampleToken({ logits: scores, previous: [], sampling: { temperature: 1, topK, topP }, random })));
      for (const id of drawn) expect(expected.has(id), `${topK} ${topP}`).toBe(true);
      expect(drawn.has(order[0] as number)).toBe(true);
    }
  });

  it("makes what was said less likely", () => {
    expect(shares({ temperature: 0, repetitionPenalty: 2 }, [1])).toEqual([0, 0, 0, 1]);
  });

  it("refuses what is out of range", () => {
    for (const wrong of [{ temperature: -1 }, { temperature: Number.NaN }, { topP: 0 }, { topP: 1.1 }, { topK: 1.5 }, { repetitionPenalty: 0 }]) expect(() => checkSampling(wrong)).toThrow(/has to be/);
  });
});
