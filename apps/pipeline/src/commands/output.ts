/** Logs and progress go to standard error: standard output carries results alone. */
export function log(message: string): void {
  process.stderr.write(`${message}\n`);
}

/** With `--json` the last line of standard output is one JSON object. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
