import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { filesBelow } from "./digest.js";

const require = createRequire(import.meta.url);
const known = new Map<string, Promise<string>>();

async function digestOfPackage(name: string): Promise<string> {
  const manifest = require.resolve(`${name}/package.json`);
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  const hash = createHash("sha256").update(`${name}@${version}\n`);
  const built = join(dirname(manifest), "dist");
  for (const file of await filesBelow(built)) {
    if (file.endsWith(".js")) hash.update(`${file}\n`).update(await readFile(join(built, file)));
  }
  return hash.digest("hex").slice(0, 16);
}

/** A digest of the version and the built code of each package, so that a changed package does its stages again. */
export async function codeDigest(packages: string[]): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const name of packages.toSorted()) {
    let digest = known.get(name);
    if (digest === undefined) known.set(name, (digest = digestOfPackage(name)));
    digests[name] = await digest;
  }
  return digests;
}
