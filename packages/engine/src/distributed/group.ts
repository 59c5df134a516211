import { InputError } from "../input-error.js";

/** The processes that train together, and which of them this is. */
export interface ProcessGroup {
  /** From 0; process 0 writes metrics and checkpoints. */
  readonly rank: number;
  /** `host:port` of each, in order of rank. */
  readonly addresses: readonly string[];
}

/** What a process knows before the group has met: where the first one listens, and how many will come. */
export interface Meeting {
  readonly rank: number;
  readonly size: number;
  readonly host: string;
  readonly port: number;
}

/** Where a scheduler writes the rank: our own launcher, torchrun and its like, Slurm, Kubernetes' indexed jobs. */
const rankVariables = ["MMGEO_RANK", "RANK", "SLURM_PROCID", "JOB_COMPLETION_INDEX"];
/** Where it writes the number of processes. Slurm's variable of a step and not of a job: a batch script runs alone. */
const sizeVariables = ["WORLD_SIZE", "SLURM_STEP_NUM_TASKS"];
/** torchrun's port. */
const defaultPort = 29500;

/**
 * The group that the environment describes in full: `MMGEO_ADDRESSES` lists `host:port` of every process, the rank comes from
 * MMGEO_RANK, RANK, SLURM_PROCID or JOB_COMPLETION_INDEX. Null for a process on its own.
 */
export function groupOfEnvironment(environment: NodeJS.ProcessEnv = process.env): ProcessGroup | null {
  const { MMGEO_ADDRESSES: listed } = environment;
  if (listed === undefined || listed === "") return null;
  const addresses = listed.split(",").map((address) => address.trim());
  const wrong = addresses.find((address) => !/^[^\s:]+:\d{1,5}$/.test(address));
  if (wrong !== undefined) throw new InputError({ field: "MMGEO_ADDRESSES", message: `has ${wrong}: write host:port of every process, separated by commas` });
  const rank = rankOf(environment, addresses.length);
  return addresses.length === 1 ? null : { rank, addresses };
}

/**
 * Where the processes meet that torchrun, Slurm's srun or a Kubernetes indexed job started: rank as above, their number from WORLD_SIZE or
 * SLURM_STEP_NUM_TASKS, the first one's host from MASTER_ADDR or Slurm's list of nodes, its port from MASTER_PORT (29500). Null for
 * a process on its own.
 */
export function meetingOfEnvironment(environment: NodeJS.ProcessEnv = process.env): Meeting | null {
  const variable = sizeVariables.find((name) => environment[name] !== undefined && environment[name] !== "");
  if (variable === undefined) return null;
  const size = Number(environment[variable]);
  if (!Number.isInteger(size) || size < 1) throw new InputError({ field: variable, message: `is ${environment[variable]}: it has to be the number of processes` });
  if (size === 1) return null;
  const host = environment["MASTER_ADDR"] ?? firstHost(environment["SLURM_STEP_NODELIST"] ?? "");
  if (host === null || host === "") throw new InputError({ field: "MASTER_ADDR", message: `is not set: with ${size} processes (${variable}) it has to name the host of the first` });
  const port = Number(environment["MASTER_PORT"] ?? defaultPort);
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new InputError({ field: "MASTER_PORT", message: `is ${environment["MASTER_PORT"]}: it has to be a port` });
  return { rank: rankOf(environment, size), size, host, port };
}

function rankOf(environment: NodeJS.ProcessEnv, size: number): number {
  const variable = rankVariables.find((name) => environment[name] !== undefined && environment[name] !== "");
  const rank = variable === undefined ? Number.NaN : Number(environment[variable]);
  if (Number.isInteger(rank) && rank >= 0 && rank < size) return rank;
  throw new InputError({ field: variable ?? "MMGEO_RANK", message: `is ${variable === undefined ? "not set" : environment[variable]}: with ${size} processes it has to be a whole number from 0 to ${size - 1}` });
}

/** The first node of Slurm's list, e.g. `node07` of `node[07-12,15],gpu1`. */
export function firstHost(nodes: string): string | null {
  const match = /^([^,[]+)(?:\[(\w+)[^\]]*\]([^,]*))?/.exec(nodes);
  return match === null ? null : `${match[1]}${match[2] ?? ""}${match[3] ?? ""}`;
}

/**
 * TensorFlow's ServerDef (tensorflow_server.proto) for a group, as bytes: cluster = 1, job_name = 2, task_index = 3,
 * default_session_config = 4, protocol = 5. The first process leads the collective operations.
 */
export function serverDef({ rank, addresses }: ProcessGroup): Uint8Array {
  const tasks = addresses.flatMap((address, index) => message(2, [...(index === 0 ? [] : [0x08, ...varint(index)]), ...text(2, address)]));
  const cluster = message(1, [...text(1, "worker"), ...tasks]);
  // ConfigProto.experimental = 16, Experimental.collective_group_leader = 1.
  const configuration = message(16, text(1, "/job:worker/replica:0/task:0"));
  return Uint8Array.from([...message(1, cluster), ...text(2, "worker"), 0x18, ...varint(rank), ...message(4, configuration), ...text(5, "grpc")]);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

function message(field: number, content: readonly number[]): number[] {
  return [...varint((field << 3) | 2), ...varint(content.length), ...content];
}

function text(field: number, value: string): number[] {
  return message(field, [...Buffer.from(value)]);
}
