/** One Python wheel that carries libtensorflow: the two libraries and the C headers are all that is taken from it. */
export interface Wheel {
  /** Distribution name, as pip knows it. */
  readonly distribution: "tensorflow-cpu" | "tensorflow";
  readonly version: string;
  /** What pip's `--platform` has to be told, most specific last. */
  readonly platforms: readonly string[];
  readonly sha256: string;
  /** Whether this wheel was provisioned and run by the authors; the others follow the same layout. */
  readonly tried: boolean;
}

export type WheelKind = "linux-x64-cpu" | "linux-x64-gpu" | "linux-arm64-cpu" | "darwin-arm64-cpu";

/**
 * The wheels (CPython 3.11 builds; no Python code of theirs runs, so the interpreter at hand may be any version). All carry
 * libtensorflow_cc and libtensorflow_framework at the same place.
 */
export const wheels: Readonly<Record<WheelKind, Wheel>> = {
  "linux-x64-cpu": {
    distribution: "tensorflow-cpu",
    version: "2.21.0",
    platforms: ["manylinux_2_17_x86_64", "manylinux_2_27_x86_64"],
    sha256: "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
    tried: true,
  },
  "linux-x64-gpu": {
    distribution: "tensorflow",
    version: "2.21.0",
    platforms: ["manylinux_2_17_x86_64", "manylinux_2_27_x86_64"],
    sha256: "9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124",
    tried: false,
  },
  "linux-arm64-cpu": {
    distribution: "tensorflow",
    version: "2.21.0",
    platforms: ["manylinux_2_17_aarch64", "manylinux_2_27_aarch64"],
    sha256: "4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c",
    tried: false,
  },
  "darwin-arm64-cpu": {
    distribution: "tensorflow",
    version: "2.21.0",
    platforms: ["macosx_12_0_arm64"],
    sha256: "51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88",
    tried: false,
  },
};

/** The wheel for a platform, or null where there is none (Windows, musl builds, 32-bit machines). */
export function wheelKindOf({ platform, architecture, gpu }: { platform: string; architecture: string; gpu: boolean }): WheelKind | null {
  if (platform === "linux" && architecture === "x64") return gpu ? "linux-x64-gpu" : "linux-x64-cpu";
  if (platform === "linux" && architecture === "arm64") return "linux-arm64-cpu";
  if (platform === "darwin" && architecture === "arm64") return "darwin-arm64-cpu";
  return null;
}
