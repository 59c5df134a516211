import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, constants } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import * as tf from "@tensorflow/tfjs";
import { groupOfEnvironment, meetingOfEnvironment, serverDef, type ProcessGroup } from "../distributed/group.js";
import { meet } from "../distributed/meet.js";
import type { Binding, CaptureAddon } from "./binding.js";
import { createEngineBackend, type EngineBackend, type KernelBackendClass } from "./engine-backend.js";
import { registerKernels } from "./kernels.js";
import { processorMultipliesBfloat16 } from "./processor.js";
import { provision, type ProvisionOptions } from "./provision.js";

export interface BackendOptions extends ProvisionOptions {
  /** Threads TensorFlow may use inside one operation. @default MMGEO_THREADS, else all cores */
  readonly threads?: number;
  /**
   * "provisioned" ignores an official tfjs-node binary, which can only run op by op.
   * @default an official binary if one is installed, else "provisioned"
   */
  readonly source?: "provisioned";
  /** `false` runs compiled functions op by op, e.g. to find out whether a difference comes from capture. @default true */
  readonly capture?: boolean;
}

export interface BackendInfo {
  /** "official" is a binary that tfjs-node's own install script fetched. */
  readonly source: "provisioned" | "official";
  readonly tensorflowVersion: string;
  readonly device: "cpu" | "gpu";
  readonly threads: number;
  /** Whether `compile` captures graphs; if not, compiled functions run op by op. */
  readonly capture: boolean;
  /** Why graphs are not captured, or null. */
  readonly captureProblem: string | null;
  /**
   * Whether the device multiplies bfloat16 itself. Where it does not, `precision: "bfloat16"` means float32, which is faster there
   * and more exact; `MMGEO_BFLOAT16=1` computes in bfloat16 all the same.
   */
  readonly bfloat16: boolean;
  /** Folder of the addon in use. */
  readonly folder: string;
}

interface Loaded {
  readonly info: BackendInfo;
  readonly backend: EngineBackend;
  readonly addon: CaptureAddon | null;
  /** Whether the engine's own operations exist: compiled, and on the CPU, for which they are written. */
  readonly kernels: boolean;
  /** The processes this one trains with, or null. */
  readonly group: ProcessGroup | null;
}

const require = createRequire(import.meta.url);
let loaded: Loaded | null = null;
let loading: Promise<Loaded> | null = null;

/**
 * Makes native TensorFlow the backend of `tf`, provisioning it first if this machine does not have it. Later calls
 * return the same backend and ignore their options.
 * @throws InputError that names what the machine lacks and the command that installs it
 */
export async function useNativeBackend(options: BackendOptions = {}): Promise<BackendInfo> {
  loading ??= load(options).catch((error: unknown) => {
    loading = null;
    throw error;
  });
  loaded = await loading;
  return loaded.info;
}

/** The registered backend; for the parts of the engine that call operations by name. */
export function requireBackend(): Loaded {
  if (loaded === null) throw new Error("no native backend yet: call `await useNativeBackend()` first");
  return loaded;
}

/** The processes that train together with this one (see `mmgeo-engine launch`), or null for a process on its own. */
export function processGroup(): ProcessGroup | null {
  return requireBackend().group;
}

/** Whether `useNativeBackend` has finished. */
export function hasNativeBackend(): boolean {
  return loaded !== null;
}

async function load(options: BackendOptions): Promise<Loaded> {
  const threads = options.threads ?? (Number(process.env["MMGEO_THREADS"] ?? 0) || availableParallelism());
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
  // TensorFlow turns oneDNN on by itself only where there is AVX-512; it is faster with AVX2 too (README, "Speed").
  process.env["TF_ENABLE_ONEDNN_OPTS"] ??= "1";
  const listed = groupOfEnvironment();
  const meeting = listed === null ? meetingOfEnvironment() : null;
  const group = meeting === null ? listed : await meet(meeting);
  const official = group !== null || options.source === "provisioned" ? null : findOfficialBinding();
  const opened = official === null ? await openProvisioned(options, threads, group) : openOfficial(official);
  defineRemovedUtilities();
  require("@tensorflow/tfjs-node-gpu/dist/register_all_kernels");
  const { NodeJSKernelBackend } = require("@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend") as { NodeJSKernelBackend: KernelBackendClass };
  const backend = createEngineBackend({ Base: NodeJSKernelBackend, binding: opened.binding, packageName: "@tensorflow/tfjs-node-gpu" });
  registerKernels();
  tf.registerBackend("tensorflow", () => backend as unknown as tf.KernelBackend, 3);
  if (!(await tf.setBackend("tensorflow"))) throw new Error("TensorFlow could not be made the backend of tf");
  const addon = options.capture === false ? null : opened.addon;
  const info: BackendInfo = {
    source: official === null ? "provisioned" : "official",
    tensorflowVersion: opened.binding.TF_Version,
    device: opened.binding.isUsingGpuDevice() ? "gpu" : "cpu",
    threads,
    capture: addon !== null,
    captureProblem: opened.addon !== null && addon === null ? "not wanted" : opened.captureProblem,
    bfloat16: opened.binding.isUsingGpuDevice() || process.env["MMGEO_BFLOAT16"] === "1" || processorMultipliesBfloat16(),
    folder: opened.folder,
  };
  const kernels = addon !== null && info.device === "cpu";
  if (kernels) addon.registerKernels(threads);
  if (group !== null && addon === null) throw new Error(`several processes cannot train together here: ${info.captureProblem ?? "graphs are not captured"}`);
  return { info, backend, addon, kernels, group };
}

interface Opened {
  readonly binding: Binding;
  readonly addon: CaptureAddon | null;
  readonly captureProblem: string | null;
  readonly folder: string;
}

async function openProvisioned(options: BackendOptions, threads: number, group: ProcessGroup | null): Promise<Opened> {
  const files = await provision(options);
  let addon: CaptureAddon | null = null;
  if (files.capture !== null) {
    // Lazy, because it opens TensorFlow itself; global, because tfjs-node's addon, opened after it, asks it for the context.
    addon = openAddon(files.capture, constants.dlopen.RTLD_LAZY | constants.dlopen.RTLD_GLOBAL) as CaptureAddon;
    addon.configure(configProto(threads), group === null ? new Uint8Array(0) : serverDef(group));
  }
  const binding = openAddon(files.binding, constants.dlopen.RTLD_NOW) as Binding;
  return { binding, addon, captureProblem: files.captureProblem, folder: dirname(files.binding) };
}

function openOfficial(file: string): Opened {
  return { binding: require(file) as Binding, addon: null, captureProblem: "the official tfjs-node binary keeps its context to itself", folder: dirname(file) };
}

function openAddon(file: string, flags: number): unknown {
  const module = { exports: {} };
  process.dlopen(module, file, flags);
  return module.exports;
}

/** ConfigProto (config.proto): intra_op_parallelism_threads = 2, inter_op_parallelism_threads = 5. */
function configProto(threads: number): Uint8Array {
  return Uint8Array.of(0x10, ...varint(threads), 0x28, ...varint(threads));
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

/** A binary that tfjs-node's or tfjs-node-gpu's own install script put beside its JavaScript, or null. */
export function findOfficialBinding(): string | null {
  const resolvers = [require, createRequire(join(process.cwd(), "package.json"))];
  for (const name of ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"]) {
    for (const resolver of resolvers) {
      try {
        const file = join(dirname(resolver.resolve(`${name}/package.json`)), "lib", "napi-v8", "tfjs_binding.node");
        if (existsSync(file)) return file;
      } catch {
        // Not installed there.
      }
    }
  }
  return null;
}

/** Node 23 dropped one function that tfjs-node 4.22 calls, and warns of another. */
function defineRemovedUtilities(): void {
  const utilities = require("node:util") as Record<string, unknown>;
  utilities["isNullOrUndefined"] ??= (value: unknown) => value === null || value === undefined;
  utilities["isArray"] = Array.isArray;
}
