// Some steps of the quick encoder, captured or op by op: node quick-run.mjs '{"folder":"…","capture":true,"steps":10}'
import { createInterface } from "node:readline";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { useNativeBackend } from "@mmgeo/engine";
import { captionsOf, createQuickModel, quickRecipe, samplesOf, trainEncoder } from "@mmgeo/mmclip";

const { folder, capture, steps } = JSON.parse(process.argv[2]);
await useNativeBackend({ capture });
const records = [];
for await (const line of createInterface({ input: createReadStream(join(folder, "records.jsonl")) })) records.push(JSON.parse(line));
const { samples } = samplesOf({ records, folder });
const times = [];
let started = performance.now();
const { losses } = await trainEncoder({
  model: createQuickModel({ captions: captionsOf(samples), seed: 1 }),
  samples,
  // With pairs of different problems alone at first, as in a run, two kinds of steps would be mixed.
  recipe: { ...quickRecipe, steps, randomFirst: 0 },
  seed: 1,
  onProgress: () => {
    const now = performance.now();
    times.push(now - started);
    started = now;
  },
});
console.log(JSON.stringify({ first: times[0], times: times.slice(1), last: losses.at(-1), peak: process.resourceUsage().maxRSS * 1024 }));
