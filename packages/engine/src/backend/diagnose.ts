import { cpus, totalmem } from "node:os";
import { InputError } from "../input-error.js";
import { useNativeBackend } from "./backend.js";
import { cacheFolder } from "./cache.js";
import type { ProvisionOptions } from "./provision.js";
import { findTools } from "./tools.js";

export interface Diagnosis {
  /** Whether everything needed is there. */
  readonly ok: boolean;
  readonly node: string;
  readonly platform: string;
  readonly processor: string;
  readonly cores: number;
  /** In GiB. */
  readonly memory: number;
  readonly cache: string;
  readonly tensorflow: string | null;
  readonly device: "cpu" | "gpu" | null;
  readonly threads: number | null;
  readonly capture: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly value: string }[];
}

/** Looks at what the engine needs, provides what it can, and says what is missing and how to get it. */
export async function diagnose(options: Pick<ProvisionOptions, "onProgress"> = {}): Promise<Diagnosis> {
  const checks: { name: string; ok: boolean; value: string }[] = [];
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  checks.push({ name: "node", ok: major > 22 || (major === 22 && minor >= 12), value: `${process.version} (22.12 or newer is needed)` });
  const attempt = async (name: string, work: () => Promise<string>): Promise<void> => {
    try {
      checks.push({ name, ok: true, value: await work() });
    } catch (error) {
      checks.push({ name, ok: false, value: InputError.isInstance(error) || error instanceof Error ? error.message : String(error) });
    }
  };
  await attempt("tools", async () => {
    const { python, compilerVersion } = await findTools();
    return `${python} with pip, ${compilerVersion}`;
  });
  let info: Awaited<ReturnType<typeof useNativeBackend>> | null = null;
  await attempt("engine", async () => {
    info = await useNativeBackend(options);
    return `TensorFlow ${info.tensorflowVersion} (${info.source}) on ${info.threads} threads of the ${info.device}${info.capture ? ", graphs captured" : `, op by op: ${info.captureProblem ?? ""}`}`;
  });
  const found = info as Awaited<ReturnType<typeof useNativeBackend>> | null;
  return {
    // A machine with a working engine needs no compiler any more.
    ok: checks.every(({ name, ok }) => ok || (name === "tools" && found !== null)),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memory: Math.round(totalmem() / 2 ** 30),
    cache: cacheFolder(),
    tensorflow: found?.tensorflowVersion ?? null,
    device: found?.device ?? null,
    threads: found?.threads ?? null,
    capture: found?.capture ?? false,
    checks,
  };
}
