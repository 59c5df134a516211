/** Counts for Prometheus (text exposition format 0.0.4). */
export class Metrics {
  readonly #counters = new Map<string, { help: string; values: Map<string, number> }>();

  count(name: string, help: string, labels: Record<string, string> = {}, by = 1): void {
    let counter = this.#counters.get(name);
    if (counter === undefined) {
      counter = { help, values: new Map() };
      this.#counters.set(name, counter);
    }
    const key = Object.entries(labels).map(([label, value]) => `${label}="${value.replaceAll(/[\\"\n]/g, "_")}"`).join(",");
    counter.values.set(key, (counter.values.get(key) ?? 0) + by);
  }

  /** @param others values that are kept elsewhere: counters, which only rise, and gauges, of this moment */
  text(others: readonly { name: string; help: string; type: "counter" | "gauge"; value: number }[]): string {
    const lines: string[] = [];
    for (const [name, { help, values }] of this.#counters) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} counter`);
      for (const [labels, value] of values) lines.push(`${name}${labels === "" ? "" : `{${labels}}`} ${value}`);
    }
    for (const { name, help, type, value } of others) lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, `${name} ${value}`);
    return `${lines.join("\n")}\n`;
  }
}
