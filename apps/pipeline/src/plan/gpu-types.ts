/** A GPU that trainings are planned for. */
export interface GpuType {
  name: string;
  /** bytes */
  memory: number;
  /** floating-point operations a second of dense bfloat16 products, by the maker's data sheet */
  operationsPerSecond: number;
  /** US dollars an hour and GPU, about what clouds ask on demand (November 2026); contracts differ by half and more */
  dollarsPerHour: number;
}

export const gpuTypes: readonly GpuType[] = [
  { name: "RTX 4090", memory: 24e9, operationsPerSecond: 165e12, dollarsPerHour: 0.5 },
  { name: "L40S", memory: 48e9, operationsPerSecond: 362e12, dollarsPerHour: 1.2 },
  { name: "A100 80 GB", memory: 80e9, operationsPerSecond: 312e12, dollarsPerHour: 1.8 },
  { name: "H100 80 GB", memory: 80e9, operationsPerSecond: 989e12, dollarsPerHour: 3 },
  { name: "H200", memory: 141e9, operationsPerSecond: 989e12, dollarsPerHour: 3.8 },
];

/** Share of that rate that a training step reaches: an assumption, the same as in docs/studies/scaling.md. */
export const utilisation = 0.4;

/** US dollars an hour and processor core, about what clouds ask. */
export const coreDollarsPerHour = 0.04;
