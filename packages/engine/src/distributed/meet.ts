import { once } from "node:events";
import { createServer, Socket, type AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { InputError } from "../input-error.js";
import type { Meeting, ProcessGroup } from "./group.js";

const retryMilliseconds = 200;
/** A line of a process that comes to the meeting, and of the answer for a thousand processes, are shorter. */
const maxLineLength = 100_000;

/**
 * Has the processes of a group find each other: each chooses a free port and tells the first, which tells everyone the addresses of all.
 * @param timeoutSeconds how long to wait for the others @default MMGEO_MEETING_TIMEOUT, else 300
 * @throws InputError if they do not all come in time
 */
export async function meet(meeting: Meeting, { timeoutSeconds = Number(process.env["MMGEO_MEETING_TIMEOUT"] ?? 300) }: { timeoutSeconds?: number } = {}): Promise<ProcessGroup> {
  const [port = 0] = await freePorts(1);
  const signal = AbortSignal.timeout(timeoutSeconds * 1000);
  const addresses = meeting.rank === 0 ? await lead({ meeting, port, signal }) : await join({ meeting, port, signal });
  return { rank: meeting.rank, addresses };
}

/** Ports nobody listens on, found by listening on all of them at once. */
export async function freePorts(count: number, host = "0.0.0.0"): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, host);
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(
    servers.map(async (server) => {
      server.close();
      await once(server, "close");
    }),
  );
  return ports;
}

interface Arrival {
  readonly rank: number;
  readonly size: number;
  readonly port: number;
}

async function lead({ meeting, port, signal }: { meeting: Meeting; port: number; signal: AbortSignal }): Promise<string[]> {
  const { size, host } = meeting;
  const addresses = new Map([[0, `${host}:${port}`]]);
  const sockets: Socket[] = [];
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new InputError({ message: `of ${size} processes only ${addresses.size} came to ${host}:${meeting.port} in time (ranks ${[...addresses.keys()].join(", ")}): are the others started, and can they reach this host?` })));
      server.on("error", (error) => reject(new InputError({ field: "MASTER_PORT", message: `${meeting.port} cannot be listened on (${error.message}): set another`, cause: error })));
      server.on("connection", (socket) => {
        socket.on("error", () => socket.destroy());
        void lineOf(socket).then((line) => {
          const arrival = parseArrival(line);
          if (arrival === null) return void socket.destroy();
          if (arrival.size !== size || arrival.rank < 1 || arrival.rank >= size || addresses.has(arrival.rank)) {
            return reject(new InputError({ message: `process ${arrival.rank} of ${arrival.size} came to a meeting of ${size}, which has ${[...addresses.keys()].join(", ")}: give every process its own rank and the same size` }));
          }
          addresses.set(arrival.rank, `${(socket.remoteAddress ?? "").replace("::ffff:", "")}:${arrival.port}`);
          sockets.push(socket);
          if (addresses.size === size) resolve();
        });
      });
      server.listen(meeting.port, "0.0.0.0");
    });
    const all = Array.from({ length: size }, (_, rank) => addresses.get(rank) as string);
    await Promise.all(sockets.map(async (socket) => await new Promise<void>((resolve) => socket.end(`${JSON.stringify(all)}\n`, () => resolve()))));
    return all;
  } finally {
    for (const socket of sockets) socket.destroySoon();
    server.close();
  }
}

async function join({ meeting: { rank, size, host, port: meetingPort }, port, signal }: { meeting: Meeting; port: number; signal: AbortSignal }): Promise<string[]> {
  for (;;) {
    const socket = new Socket();
    try {
      socket.connect(meetingPort, host);
      await once(socket, "connect", { signal });
      socket.write(`${JSON.stringify({ rank, size, port } satisfies Arrival)}\n`);
      const line = await Promise.race([lineOf(socket), once(signal, "abort").then(() => "")]);
      const addresses: unknown = line === "" ? null : JSON.parse(line);
      if (Array.isArray(addresses) && addresses.length === size && addresses.every((address) => typeof address === "string")) return addresses as string[];
    } catch {
      // Not there yet, or gone again: try once more.
    } finally {
      socket.destroy();
    }
    if (signal.aborted) throw new InputError({ message: `process ${rank} of ${size} did not meet the first at ${host}:${meetingPort} in time: is that one started, and can it be reached from here?` });
    await sleep(retryMilliseconds);
  }
}

/** The first line that comes, or "" if none does. */
async function lineOf(socket: Socket): Promise<string> {
  for await (const line of createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY })) return line.length > maxLineLength ? "" : line;
  return "";
}

function parseArrival(line: string): Arrival | null {
  try {
    const value = JSON.parse(line) as Partial<Arrival> | null;
    if (value === null || typeof value !== "object") return null;
    const { rank, size, port } = value;
    return Number.isInteger(rank) && Number.isInteger(size) && Number.isInteger(port) ? { rank: rank as number, size: size as number, port: port as number } : null;
  } catch {
    return null;
  }
}
