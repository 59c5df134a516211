import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { canonicalJson } from "./digest.js";
import { type Identity, type Manifest, readManifest } from "./store.js";

/** How many changed settings are listed. */
const MOST_LISTED = 6;

/** Every published folder of a store, the newest first. */
export async function publishedIn(store: string): Promise<{ folder: string; manifest: Manifest }[]> {
  const names = await readdir(store).catch(() => []);
  const found: { folder: string; manifest: Manifest; at: number }[] = [];
  for (const name of names.toSorted()) {
    const folder = join(store, name);
    const manifest = name.endsWith(".partial") ? null : await readManifest(folder);
    if (manifest !== null) found.push({ folder, manifest, at: (await stat(folder)).mtimeMs });
  }
  return found.toSorted((a, b) => b.at - a.at);
}

/** The settings that differ, by dotted path, with both values. */
export function differencesOf(before: unknown, now: unknown, path = ""): string[] {
  const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
  if (isObject(before) && isObject(now)) {
    return [...new Set([...Object.keys(before), ...Object.keys(now)])].toSorted().flatMap((name) => differencesOf(before[name], now[name], path === "" ? name : `${path}.${name}`));
  }
  const [old, current] = [before, now].map((value) => (value === undefined ? "nothing" : canonicalJson(value)));
  return old === current ? [] : [`${path} was ${old}, is ${current}`];
}

/** Why a stage is made although the store may hold an earlier result of it: one line for each thing that changed. */
export async function whyMade({ store, identity, always }: { store: string; identity: Identity; always: boolean }): Promise<string[]> {
  if (always) return ["it reads what lies outside of the store, which may have changed"];
  const earlier = (await publishedIn(store)).filter(({ manifest }) => manifest.stage === identity.stage).map(({ manifest }) => manifest);
  if (earlier.length === 0) return ["it was not made before"];
  // Of several earlier results, the one with the fewest differences says most.
  const reasons = earlier.map((manifest) => [
    ...Object.keys(identity.inputs).filter((name) => manifest.inputs[name]?.digest !== identity.inputs[name]!.digest).map((name) => `what ${name} published changed`),
    ...listed(differencesOf(manifest.parameters, identity.parameters)),
    ...Object.keys(identity.code).filter((name) => manifest.code[name] !== identity.code[name]).map((name) => `the code of ${name} changed`),
  ]);
  return reasons.toSorted((a, b) => a.length - b.length)[0]!;
}

function listed(differences: string[]): string[] {
  return differences.length <= MOST_LISTED ? differences : [...differences.slice(0, MOST_LISTED), `and ${differences.length - MOST_LISTED} settings more`];
}
