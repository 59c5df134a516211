import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { registerEngineCommands } from "./commands/engine.js";
import { registerReviewCommand } from "./commands/review.js";
import { registerRunCommand } from "./commands/run.js";
import { registerStatusCommand } from "./commands/status.js";
import { registerStoreCommands } from "./commands/store.js";
import { registerStudyCommand } from "./commands/study.js";
import { registerWorkerCommand } from "./commands/worker.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const program = new Command("mmgeo");
for (const register of [registerEngineCommands, registerReviewCommand, registerRunCommand, registerStatusCommand, registerStoreCommands, registerStudyCommand, registerWorkerCommand]) register(program);

/** What of a command line `mmgeo` does not know: its command, or flags of it. */
function unknownIn(words: readonly string[]): string[] {
  let command = program;
  let at = 0;
  for (; at < words.length; at += 1) {
    const next = command.commands.find((one) => one.name() === words[at]);
    if (next === undefined) break;
    command = next;
  }
  if (command === program) return [words[0] ?? "nothing"];
  const flags = command.options.map(({ long }) => long);
  return words.slice(at).filter((word) => word.startsWith("--") && word !== "--help" && !flags.includes(word.split("=")[0]!));
}

/** The words of every `npx mmgeo …` of a text, with lines that go on joined and comments left out. */
function commandsIn(text: string): string[][] {
  return [...text.replaceAll(/\\\n\s*/gu, " ").matchAll(/^[^\n#]*?npx mmgeo ([^\n]*)$/gmu)].map(([, line = ""]) => line.replace(/\s+#.*$/u, "").split(/\s+/u).map((word) => word.replaceAll(/[`"']/gu, "")));
}

/** Of a guide, the blocks of shell commands. */
const shellIn = (markdown: string): string => [...markdown.matchAll(/^```sh\n([\s\S]*?)^```$/gmu)].map(([, block]) => block).join("\n");

const filesIn = (folder: string, end: string): string[] => readdirSync(join(root, folder)).filter((name) => name.endsWith(end)).map((name) => join(root, folder, name));

interface Container {
  image: string;
  args: string[];
  env?: { name: string; value?: string }[];
}

describe("manifests", () => {
  it.each(filesIn("deploy/kubernetes", ".yaml"))("%s parses and names what the command knows", (file) => {
    const documents = parseAllDocuments(readFileSync(file, "utf8"));
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    const values = documents.map((document) => document.toJS() as { apiVersion: string; kind: string; metadata: { name: string }; spec: { completionMode?: string; completions?: number; template?: { spec: { containers: Container[] } } } });
    for (const { apiVersion, kind, metadata, spec } of values) {
      expect([apiVersion, kind, metadata.name].every((text) => typeof text === "string")).toBe(true);
      for (const { image, args, env } of spec.template?.spec.containers ?? []) {
        if (image !== "mmgeo") continue;
        expect(unknownIn(args)).toEqual([]);
        const size = env?.find(({ name }) => name === "WORLD_SIZE")?.value;
        if (size !== undefined) expect(spec).toMatchObject({ completionMode: "Indexed", completions: Number(size) });
      }
    }
  });

  it.each(filesIn("deploy/slurm", ".sbatch"))("%s is a script that names what the command knows", (file) => {
    expect(spawnSync("bash", ["-n", file]).status).toBe(0);
    const commands = commandsIn(readFileSync(file, "utf8"));
    expect(commands.length).toBeGreaterThan(0);
    expect(commands.flatMap(unknownIn)).toEqual([]);
  });
});

describe("guides", () => {
  it.each([...filesIn("docs/guides", ".md"), join(root, "apps/pipeline/README.md")])("%s names what the command knows", (file) => {
    const commands = commandsIn(shellIn(readFileSync(file, "utf8")));
    expect(commands.length).toBeGreaterThan(0);
    expect(commands.flatMap(unknownIn)).toEqual([]);
  });

  it("would be found out", () => {
    expect(commandsIn("npx mmgeo run --colour red \\\n  --out x # a comment").flatMap(unknownIn)).toEqual(["--colour"]);
    expect(unknownIn(["fly"])).toEqual(["fly"]);
  });
});
