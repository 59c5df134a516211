/** Throughput of the drawing stage with 1 to 4 workers that hear of their tasks through Redis, what tasks cost, and what a thousand workers would make of that. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { presets, queueExecutor, runStages, stages, threadExecutor } from "../../apps/pipeline/dist/index.js";
import { simulate, simulationText } from "./workers-simulation.mjs";

const require = createRequire(new URL("../../apps/pipeline/package.json", import.meta.url));
const { Queue, Worker } = require("bullmq");
const { Redis } = require("ioredis");
const command = fileURLToPath(new URL("../../apps/pipeline/bin/mmgeo.mjs", import.meta.url));
const { values } = parseArgs({ options: { rounds: { type: "string", default: "3" }, problems: { type: "string", default: "240" }, most: { type: "string", default: "4" }, port: { type: "string", default: "29637" } } });
const [rounds, problems, most, port] = [values.rounds, values.problems, values.most, values.port].map(Number);

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const folder = await mkdtemp(join(tmpdir(), "mmgeo-bench-workers-"));
const redis = spawn("redis-server", ["--port", String(port), "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"], { stdio: "ignore", cwd: folder });
const url = `redis://127.0.0.1:${port}`;
const configOf = (negatives, count = problems) => ({ ...presets.quick, problems: { folder: null, count }, diagrams: { negatives, size: 112 }, captions: { rule: 10, retrieval: 10 } });

async function connected(queue) {
  for (;;) {
    const executor = await queueExecutor({ redis: url, queue }).catch(() => null);
    if (executor !== null) return executor;
    await delay(50);
  }
}

let runs = 0;

/** Seconds that so many workers take for the drawing stage, from when all of them wait for tasks. */
async function withWorkers(count) {
  const queue = `bench-${(runs += 1)}`;
  const out = join(folder, queue);
  const config = configOf(3);
  const [read] = await runStages({ stages: stages.slice(0, 1), config, out });
  const workers = Array.from({ length: count }, () => spawn(process.execPath, ["--no-warnings", command, "worker", out, "--redis", url, "--queue", queue, "--workers", "1"], { stdio: ["ignore", "ignore", "pipe"] }));
  await Promise.all(workers.map(({ stderr }) => once(stderr, "data")));
  const executor = await connected(queue);
  let tasks = 0;
  const timed = { ...executor, run: async (options) => {
    const started = performance.now();
    const result = await executor.run(options);
    tasks = (performance.now() - started) / 1000;
    return result;
  } };
  await runStages({ stages: stages.slice(1, 2), config, out, given: [read], executor: timed });
  await executor.close();
  for (const worker of workers) worker.kill("SIGTERM");
  await Promise.all(workers.map((worker) => worker.exitCode ?? once(worker, "close")));
  await rm(out, { recursive: true });
  return tasks;
}

/** Processor seconds of tasks on one thread, and wall seconds of what the run itself does with their results. */
async function costOf(upTo, config) {
  const out = join(folder, `cost-${(runs += 1)}`);
  const inner = threadExecutor({ threads: 1 });
  let processor = 0;
  let wall = 0;
  const executor = { ...inner, run: async (options) => {
    const before = process.cpuUsage();
    const started = performance.now();
    const result = await inner.run(options);
    const { user, system } = process.cpuUsage(before);
    processor += (user + system) / 1e6;
    wall += (performance.now() - started) / 1000;
    return result;
  } };
  const given = await runStages({ stages: stages.slice(0, upTo), config, out, executor: inner });
  [processor, wall] = [0, 0];
  const [published] = await runStages({ stages: stages.slice(upTo, upTo + 1), config, out, given, executor });
  await inner.close();
  return { processor, gather: published.seconds - wall, folder: published.folder, out };
}

async function pictureBytes(images) {
  const sizes = await Promise.all((await readdir(images)).map(async (name) => (await stat(join(images, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
}

/** Seconds of Redis' one thread, and of the run's, for a task that does nothing. */
async function queueCost(count = 4000) {
  const queue = new Queue("cost", { connection: { url } });
  const client = new Redis(url);
  const redisSeconds = async () => [...(await client.info("cpu")).matchAll(/used_cpu_(?:sys|user):([\d.]+)/g)].reduce((sum, [, value]) => sum + Number(value), 0);
  const before = await redisSeconds();
  const started = process.cpuUsage();
  await queue.addBulk(Array.from({ length: count }, (_, index) => ({ name: "none", data: { kind: "draw", key: String(index).padStart(16, "0"), payload: { problems: { file: "problems-0123456789abcdef/problems.jsonl", from: index, to: index + 20 }, negatives: 3, size: 112, seed: 1 } }, opts: { jobId: `none-${index}`, removeOnComplete: true } })));
  const { user, system } = process.cpuUsage(started);
  let done = 0;
  const worker = new Worker("cost", async () => null, { connection: { url }, concurrency: 16 });
  await new Promise((resolve) => worker.on("completed", () => (done += 1) === count && resolve()));
  await worker.close();
  const seconds = (await redisSeconds()) - before;
  const memory = Number(/used_memory_peak:(\d+)/.exec(await client.info("memory"))[1]);
  await queue.close();
  client.disconnect();
  return { redisSeconds: seconds / count, addSeconds: (user + system) / 1e6 / count, bytes: memory / count };
}

try {
  (await connected("ready")).close();
  console.log(`${availableParallelism()} cores; ${problems} problems in tasks of 20, ${rounds} rounds, in turn`);
  const seconds = new Map(Array.from({ length: most }, (_, index) => [index + 1, []]));
  for (let round = 0; round < rounds; round += 1) for (const [count, all] of seconds) all.push(await withWorkers(count));
  const alone = median(seconds.get(1));
  for (const [count, all] of seconds) console.log(`${count} worker${count === 1 ? " " : "s"}: ${(problems / median(all)).toFixed(1)} problems a second, ${(alone / median(all)).toFixed(2)} times one worker`);

  const [one, ten] = [await costOf(1, configOf(1)), await costOf(1, configOf(10))];
  const mined = await costOf(2, configOf(3));
  const redraw = (ten.processor - one.processor) / (9 * problems);
  const costs = {
    drawSeconds: one.processor / problems - redraw,
    redrawSeconds: redraw,
    mineSeconds: mined.processor / (problems * 23),
    gatherSeconds: ten.gather / problems,
    pictureBytes: await pictureBytes(join(ten.folder, "images")),
    lineBytes: (await stat(join(mined.folder, "training", "records.jsonl"))).size / (problems * (1 - presets.quick.heldOut) * 23),
    ...(await queueCost()),
  };
  for (const [name, value] of Object.entries(costs)) console.log(`${name}: ${value.toPrecision(3)}`);
  for (const variant of [{}, { workers: 100 }, { sharded: true }, { sharded: true, workers: 10_000 }]) console.log(simulationText(simulate({ costs, ...variant })));
} finally {
  redis.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
}
