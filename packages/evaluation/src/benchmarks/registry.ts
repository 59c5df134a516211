import { InputError } from "@mmgeo/dataset";
import type { Benchmark } from "./benchmark.js";
import { formalgeo } from "./formalgeo.js";
import { geometry3k } from "./geometry3k.js";
import { geoqa } from "./geoqa.js";
import { mathVision } from "./math-vision.js";
import { mathvista } from "./mathvista.js";
import { mmMath } from "./mm-math.js";
import { records } from "./records.js";
import { visonlyqa } from "./visonlyqa.js";
import { weMath } from "./we-math.js";

/** Every benchmark; a new one is a file beside these and a line here. */
export const benchmarks: readonly Benchmark[] = [geoqa, geometry3k, mathvista, weMath, mmMath, mathVision, visonlyqa, formalgeo, records];

/** The benchmark of a name. @throws {InputError} that lists the names there are */
export function benchmarkNamed(name: string): Benchmark {
  const found = benchmarks.find((benchmark) => benchmark.name === name);
  if (found === undefined) throw new InputError({ message: `there is no benchmark "${name}"; there are ${benchmarks.map((benchmark) => benchmark.name).join(", ")}`, field: "--benchmark" });
  return found;
}
