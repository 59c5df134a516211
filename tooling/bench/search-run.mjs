// One search of search.mjs, timed: node search-run.mjs VECTORS.npy QUERIES COUNT OUT
import { writeFileSync } from "node:fs";
import { readNpy, vectorSearch } from "@mmgeo/negatives";

const [, , file, queries, count, out] = process.argv;
const { shape, data } = await readNpy(file);
let started = performance.now();
const search = await vectorSearch({ vectors: data, width: shape[1] });
const build = (performance.now() - started) / 1000;
const asked = Array.from({ length: Number(queries) }, (_, index) => index);
// The query itself is left out of its neighbours and FAISS's keep it: one fewer makes the same list.
const limit = Number(count) - 1;
await search(asked.slice(0, 128), limit);
const used = process.cpuUsage();
started = performance.now();
const found = await search(asked, limit);
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(used);
writeFileSync(out, Buffer.from(Int32Array.from(found.flatMap((list, query) => [query, ...list.map(({ index }) => index)])).buffer));
console.log(JSON.stringify({ build, seconds, processor: (user + system) / 1e6, peak: process.resourceUsage().maxRSS * 1024 }));
