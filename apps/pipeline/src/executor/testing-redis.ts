import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createServer } from "node:net";

/** Whether there is a Redis to test with. */
export const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;
if (!hasRedis) console.log("skipped: there is no redis-server; install it");

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A Redis that saves nothing: after a restart it has forgotten everything. */
export const startRedis = ({ port, folder }: { port: number; folder: string }): ChildProcess =>
  spawn("redis-server", ["--port", String(port), "--save", "", "--appendonly", "no", "--bind", "127.0.0.1"], { stdio: "ignore", cwd: folder });

/** Ends processes and waits until they have. */
export async function killAll(children: readonly ChildProcess[]): Promise<void> {
  const ended = children.map((child) => child.exitCode !== null || child.signalCode !== null || new Promise((resolve) => child.once("close", resolve)));
  for (const child of children) child.kill("SIGKILL");
  await Promise.all(ended);
}
