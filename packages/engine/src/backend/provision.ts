import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { InputError } from "../input-error.js";
import { cacheFolder } from "./cache.js";
import { withLock } from "./lock.js";
import { downloadWheels, nativeFolder, publish, removeLeftovers, unpackWheels } from "./pip.js";
import { processorFlags } from "./processor.js";
import { findTools, runProgram, type Tools } from "./tools.js";
import { wheelKindOf, wheels, type Wheel, type WheelKind } from "./wheels.js";

export interface ProvisionOptions {
  /** Folder of the cache. @default MMGEO_CACHE, else $XDG_CACHE_HOME/mmgeo, else ~/.cache/mmgeo */
  readonly cache?: string;
  /** Take the build for NVIDIA GPUs. @default whether an NVIDIA driver is loaded */
  readonly gpu?: boolean;
  /** Receives one line a step. @default standard error */
  readonly onProgress?: (line: string) => void;
}

/** The native files of one machine, complete and ready to open. */
export interface Provisioned {
  readonly wheelKind: WheelKind;
  readonly tensorflowVersion: string;
  /** Folder with `lib/` and `include/`. */
  readonly libraryFolder: string;
  /** The addon of tfjs-node, compiled here. */
  readonly binding: string;
  /** The engine's own addon (capture), or null where it did not compile; then everything runs op by op. */
  readonly capture: string | null;
  /** Why there is no capture addon. */
  readonly captureProblem: string | null;
}

const require = createRequire(import.meta.url);
/** Whatever lies there, so that sources and this list cannot disagree. */
function captureSources(): string[] {
  return readdirSync(nativeFolder).filter((name) => /\.(?:cc|h)$/.test(name)).sort();
}

/**
 * Provides libtensorflow and the compiled addons in the per-user cache and says where they are. Does nothing where they
 * are there already. Safe to run by several processes at once and to kill at any moment: every folder is published by
 * one rename and what a dead process left is removed.
 * @throws InputError that names what the machine lacks and the command that installs it
 */
export async function provision(options: ProvisionOptions = {}): Promise<Provisioned> {
  const report = options.onProgress ?? ((line: string): void => void process.stderr.write(`mmgeo-engine: ${line}\n`));
  const root = join(options.cache ?? cacheFolder(), "engine");
  const gpu = options.gpu ?? hasNvidiaDriver();
  const kind = wheelKindOf({ platform: process.platform, architecture: process.arch, gpu });
  if (kind === null) {
    throw new InputError({
      message: `there is no TensorFlow wheel for ${process.platform} ${process.arch}: install the official binary instead with \`npm install @tensorflow/tfjs-node@4.22.0\``,
    });
  }
  const wheel = wheels[kind];
  const libraryFolder = join(root, `tensorflow-${wheel.version}-${kind}-${wheel.sha256.slice(0, 12)}`);
  const addonFolder = join(root, `addon-${addonKey(libraryFolder)}`);
  if (!existsSync(addonFolder) || !existsSync(libraryFolder)) {
    await withLock({
      file: join(root, "lock"),
      onWait: (holder) => report(`waiting for ${holder}, which is installing`),
      work: async () => {
        await removeLeftovers(root);
        const tools = await findTools();
        if (!existsSync(libraryFolder)) await unpackWheel({ root, wheel, libraryFolder, tools, report });
        if (gpu && !existsSync(join(libraryFolder, "nvidia"))) await unpackCudaWheels({ root, libraryFolder, tools, report });
        if (!existsSync(addonFolder)) await compileAddons({ root, libraryFolder, addonFolder, tools, report });
        await removeLeftovers(root);
      },
    });
  }
  const problemFile = join(addonFolder, "capture-problem.txt");
  const captureProblem = existsSync(problemFile) ? readFileSync(problemFile, "utf8").trim() : null;
  return {
    wheelKind: kind,
    tensorflowVersion: wheel.version,
    libraryFolder,
    binding: join(addonFolder, "tfjs_binding.node"),
    capture: captureProblem === null ? join(addonFolder, "mmgeo_capture.node") : null,
    captureProblem,
  };
}

/** True where the kernel module of NVIDIA's driver is loaded. */
export function hasNvidiaDriver(): boolean {
  return existsSync("/proc/driver/nvidia/version");
}

/** Changes when anything that shapes the addons changes: sources, headers' versions, the library they link to, the compiler named. */
function addonKey(libraryFolder: string): string {
  const hash = createHash("sha256").update(libraryFolder).update(process.env["CXX"] ?? "").update(process.arch);
  for (const file of [...bindingSources(), ...captureSources().map((name) => join(nativeFolder, name))]) hash.update(readFileSync(file));
  // The flags without the folders that depend on where this package is installed.
  hash.update(compileParameters({ sources: [], output: "", libraryFolder, flags: captureFlags(libraryFolder) }).filter((flag) => !flag.startsWith("-I")).join(" "));
  // The code is made for this processor, and a cache may be shared by machines of several kinds.
  hash.update(cpus()[0]?.model ?? "").update(processorFlags());
  hash.update((require("node-api-headers/package.json") as { version: string }).version);
  return hash.digest("hex").slice(0, 16);
}

function bindingFolder(): string {
  return join(dirname(require.resolve("@tensorflow/tfjs-node-gpu/package.json")), "binding");
}

function bindingSources(): string[] {
  return ["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => join(bindingFolder(), name));
}

interface Step {
  readonly root: string;
  readonly libraryFolder: string;
  readonly tools: Tools;
  readonly report: (line: string) => void;
}

async function unpackWheel({ root, wheel, libraryFolder, tools, report }: Step & { wheel: Wheel }): Promise<void> {
  const partial = `${libraryFolder}.partial-${process.pid}`;
  const downloads = join(partial, "wheel");
  await mkdir(downloads, { recursive: true });
  report(`downloading ${wheel.distribution} ${wheel.version} (about 270 MB) with pip`);
  const requirements = join(partial, "requirements.txt");
  await writeFile(requirements, `${wheel.distribution}==${wheel.version} --hash=sha256:${wheel.sha256}\n`);
  await downloadWheels({ python: tools.python, what: "TensorFlow", requirements, platforms: wheel.platforms, target: downloads });
  report("unpacking the two libraries and the headers");
  await unpackWheels({ python: tools.python, downloads, target: join(partial, "files") });
  await rm(downloads, { recursive: true });
  await publish(join(partial, "files"), libraryFolder);
  await rm(partial, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
}

/** The GPU build looks for CUDA in `$ORIGIN/../nvidia/<library>/lib`, the layout of NVIDIA's own wheels. */
async function unpackCudaWheels({ libraryFolder, tools, report }: Step): Promise<void> {
  const partial = `${libraryFolder}.partial-${process.pid}`;
  const downloads = join(partial, "wheel");
  await mkdir(downloads, { recursive: true });
  report("downloading the CUDA 12 libraries (about 1.7 GB) with pip");
  await downloadWheels({ python: tools.python, what: "the CUDA libraries", requirements: join(nativeFolder, "requirements-cuda.txt"), platforms: wheels["linux-x64-gpu"].platforms, target: downloads });
  report("unpacking the CUDA libraries");
  await unpackWheels({ python: tools.python, downloads, target: join(partial, "files") });
  await publish(join(partial, "files", "nvidia"), join(libraryFolder, "nvidia"));
  await rm(partial, { recursive: true, force: true });
}

async function compileAddons({ libraryFolder, addonFolder, tools, report }: Step & { addonFolder: string }): Promise<void> {
  const partial = `${addonFolder}.partial-${process.pid}`;
  await mkdir(partial, { recursive: true });
  report(`compiling the addons with ${tools.compilerVersion}`);
  const compile = async (sources: readonly string[], output: string, flags: readonly string[]): Promise<string | null> => {
    const { code, errorOutput } = await runProgram({ command: tools.compiler, parameters: compileParameters({ sources, output: join(partial, output), libraryFolder, flags }) });
    return code === 0 ? null : errorOutput.trim();
  };
  const captureProblem = await compile(captureSources().filter((name) => name.endsWith(".cc")).map((name) => join(nativeFolder, name)), "mmgeo_capture.node", captureFlags(libraryFolder));
  // The renamed call is the whole coupling: tfjs-node makes its context through ours, which keeps the pointer.
  const problem = await compile(bindingSources(), "tfjs_binding.node", captureProblem === null ? ["-DTFE_NewContext=MMGeo_NewContext"] : linkFlags(libraryFolder));
  if (problem !== null) throw new InputError({ message: `the addon of tfjs-node did not compile with ${tools.compilerVersion}: ${problem.split("\n")[0] ?? ""}` });
  if (captureProblem !== null) {
    await writeFile(join(partial, "capture-problem.txt"), captureProblem);
    report("the capture addon did not compile: graphs will run op by op");
  }
  await publish(partial, addonFolder);
}

function compileParameters({ sources, output, libraryFolder, flags }: { sources: readonly string[]; output: string; libraryFolder: string; flags: readonly string[] }): string[] {
  const nodeHeaders = (require("node-api-headers") as { include_dir: string }).include_dir;
  const link = process.platform === "darwin" ? ["-bundle", "-undefined", "dynamic_lookup"] : ["-shared", "-fPIC", "-Wl,-z,lazy"];
  return ["-std=c++17", "-O2", "-w", "-DNAPI_VERSION=8", `-I${join(libraryFolder, "include")}`, `-I${nodeHeaders}`, "-o", output, ...sources, ...link, ...flags];
}

/** Without the capture addon, tfjs-node's own addon brings TensorFlow along. */
function linkFlags(libraryFolder: string): string[] {
  const { large, framework } = libraryPaths(libraryFolder);
  return [large, framework, `-Wl,-rpath,${join(libraryFolder, "lib")}`];
}

function libraryPaths(libraryFolder: string): { large: string; framework: string } {
  const suffix = process.platform === "darwin" ? ".2.dylib" : ".so.2";
  return { large: join(libraryFolder, "lib", `libtensorflow_cc${suffix}`), framework: join(libraryFolder, "lib", `libtensorflow_framework${suffix}`) };
}

/** The capture addon is not linked to TensorFlow but opens it. */
function captureFlags(libraryFolder: string): string[] {
  const { large, framework } = libraryPaths(libraryFolder);
  // What lets the compiler turn the kernels' loops into vector code for the processor at hand; NaN and infinity keep their meaning.
  const vector = ["-O3", process.arch === "arm64" ? "-mcpu=native" : "-march=native", "-fno-math-errno", "-fno-trapping-math", "-fassociative-math", "-fno-signed-zeros"];
  return [...vector, `-I${join(nativeFolder, "stubs")}`, "-fvisibility=hidden", "-pthread", "-ldl", `-DMMGEO_FRAMEWORK="${framework}"`, `-DMMGEO_TENSORFLOW="${large}"`];
}
