import { utilisation } from "./gpu-types.js";
import type { Plan } from "./plan.js";

const whole = (value: number): string => Math.round(value).toLocaleString("en");
const short = (value: number): string => (value >= 1e12 ? `${(value / 1e12).toFixed(2)} T` : value >= 1e9 ? `${(value / 1e9).toFixed(2)} B` : value >= 1e6 ? `${(value / 1e6).toFixed(1)} M` : whole(value));
const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0)} GB`;
const hours = (value: number | null): string => (value === null ? "does not fit" : value < 1 / 60 ? "< 1 min" : value < 0.1 ? `${(value * 60).toFixed(1)} min` : `${value.toFixed(1)} h`);
const dollars = (value: number | null): string => (value === null ? "–" : value < 1 ? "< $1" : `$${whole(value)}`);

/** Columns of equal width, numbers to the right. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) => row.map((text, column) => (column === 0 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!))).join("  "));
}

/** A plan as lines of text. */
export function planLines({ preset, gpus, data, trainings, byGpu }: Plan): string[] {
  return [
    `preset ${preset}: nothing is run; what follows is arithmetic on sizes`,
    "",
    `data: ${whole(data.problems)} problems, ${whole(data.pictures)} pictures, ${whole(data.negatives)} negatives; ${hours(data.coreHours)} of one core (${dollars(data.dollars)}), ${gigabytes(data.bytes)}`,
    "",
    ...columns([
      ["training", "parameters", "trained", "steps", "tokens a step and GPU", "tokens in all", "memory a GPU"],
      ...trainings.map(({ part, parameters, trained, steps, tokensPerStep, memoryBytes }) => [part, short(parameters), short(trained), whole(steps), whole(tokensPerStep), short(tokensPerStep * steps * gpus), gigabytes(memoryBytes)]),
    ]),
    "",
    `on ${gpus} GPU${gpus === 1 ? "" : "s"}, at ${utilisation * 100} % of the data sheet's bfloat16 rate:`,
    ...columns([
      ["GPU", "$ an hour", ...trainings.map(({ part }) => part), "together", "cost"],
      ...byGpu.map(({ gpu, dollarsPerHour, hours: each, totalHours, dollars: cost }) => [gpu, dollarsPerHour.toFixed(2), ...each.map(hours), hours(totalHours), dollars(cost)]),
    ]),
    ...(gpus === 1 ? [] : ["", `So far only the encoder trains in several processes. The language model's hours are those of ${gpus} that would share its batches; one alone takes ${gpus} times as long.`]),
  ];
}
