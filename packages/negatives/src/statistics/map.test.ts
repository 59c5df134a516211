import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { expect, it } from "vitest";
import { randomFor } from "../choose-edits.js";
import { mapOfVectors } from "./map.js";

it("puts alike texts together, the same for the same seed", async () => {
  const width = 6;
  const random = randomFor(1, "texts");
  const kinds = Array.from({ length: 80 }, (_, index) => (index % 2 === 0 ? "rule" : "question"));
  const vectors = Float32Array.from({ length: kinds.length * width }, (_, at) => (at % width === (Math.floor(at / width) % 2) * 3 ? 1 : 0) + 0.1 * uniformFloat64(random));
  const map = await mapOfVectors({ vectors, width, kinds, seed: 1 });
  expect(map.map(({ kind }) => kind)).toEqual(kinds);
  const centre = (kind: string): [number, number] => {
    const own = map.filter((point) => point.kind === kind);
    return [own.reduce((sum, { x }) => sum + x, 0) / own.length, own.reduce((sum, { y }) => sum + y, 0) / own.length];
  };
  const [rule, question] = [centre("rule"), centre("question")];
  const nearer = map.filter(({ kind, x, y }) => {
    const [own, other] = kind === "rule" ? [rule, question] : [question, rule];
    return Math.hypot(x - own[0], y - own[1]) < Math.hypot(x - other[0], y - other[1]);
  });
  expect(nearer.length).toBeGreaterThan(75);
  expect(await mapOfVectors({ vectors, width, kinds, seed: 1 })).toEqual(map);
  expect(await mapOfVectors({ vectors: vectors.slice(0, 5 * width), width, kinds: kinds.slice(0, 5), seed: 1 })).toEqual([]);
});
