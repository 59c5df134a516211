import { readFileSync } from "node:fs";

/** The instruction sets of the processor, as Linux lists them; empty elsewhere. */
export function processorFlags(): string {
  try {
    return /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1]?.trim() ?? "";
  } catch {
    return "";
  }
}

/** Whether the processor multiplies bfloat16 itself; where that is not known, float32 is the safe answer. */
export function processorMultipliesBfloat16(): boolean {
  return /\b(?:avx512_bf16|amx_bf16|bf16)\b/.test(processorFlags());
}
