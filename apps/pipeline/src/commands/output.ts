import pino from "pino";

/** With `MMGEO_LOG=json` every line of the log is a JSON object, for programs that gather logs. */
export const jsonLog = process.env["MMGEO_LOG"] === "json";

const logger = jsonLog ? pino({ messageKey: "message", base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 2, sync: true })) : null;

/** Logs and progress go to standard error: standard output carries results alone. `fields` are for programs that read the log. */
export function log(message: string, fields: Record<string, unknown> = {}): void {
  if (logger === null) process.stderr.write(`${message}\n`);
  else logger.info(fields, message.trim());
}

/** With `--json` the last line of standard output is one JSON object. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
