import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { finished } from "node:stream/promises";
import { extract, pack, type Pack } from "tar-stream";
import { InputError } from "../input-error.js";
import { recordSchema } from "../record.js";
import { imagesOf } from "../records.js";
import { parseJson, validate } from "../validate.js";
import { writeFileAtomic } from "../write-file-atomic.js";
import { maximumImageBytes } from "../image.js";
import { imageIn, type RecordSample } from "./sample.js";

/** Members of one sample share the name up to the first dot: `000017.json`, `000017.png`, `000017.negative-1.png`. */
const keyLength = 6;

function memberName({ key, image, index }: { key: string; image: string; index: number }): string {
  const extension = extname(image).slice(1) || "png";
  return index === 0 ? `${key}.${extension}` : `${key}.negative-${index}.${extension}`;
}

function addMember(tar: Pack, name: string, data: Uint8Array): void {
  tar.entry({ name, mtime: new Date(0), mode: 0o644 }, Buffer.from(data));
}

async function shardOf(samples: readonly RecordSample[], firstKey: number): Promise<Uint8Array> {
  const tar = pack();
  const parts: Uint8Array[] = [];
  const whole = (async () => {
    for await (const part of tar) parts.push(part as Uint8Array);
  })();
  samples.forEach((sample, index) => {
    const key = String(firstKey + index).padStart(keyLength, "0");
    addMember(tar, `${key}.json`, Buffer.from(JSON.stringify(sample.record)));
    addMember(tar, `${key}.txt`, Buffer.from(sample.record.caption));
    imagesOf(sample.record).forEach((image, position) => addMember(tar, memberName({ key, image, index: position }), imageIn(sample, image)));
  });
  tar.finalize();
  await whole;
  return Buffer.concat(parts);
}

/**
 * Writes samples as WebDataset tar files `records-000000.tar`, … that the Python package `webdataset` reads too: the record as
 * `.json`, its caption as `.txt`, its image, and its negative images. The same samples give the same bytes. Returns the file names.
 */
export async function writeWebDataset({ folder, samples, samplesPerShard = 1000 }: { folder: string; samples: Iterable<RecordSample> | AsyncIterable<RecordSample>; samplesPerShard?: number }): Promise<string[]> {
  const files: string[] = [];
  let count = 0;
  let shard: RecordSample[] = [];
  const flush = async () => {
    const file = join(folder, `records-${String(files.length).padStart(6, "0")}.tar`);
    await writeFileAtomic(file, await shardOf(shard, count - shard.length));
    files.push(file);
    shard = [];
  };
  for await (const sample of samples) {
    shard.push(sample);
    count += 1;
    if (shard.length === samplesPerShard) await flush();
  }
  if (shard.length > 0 || files.length === 0) await flush();
  return files;
}

async function tarFilesOf(path: string): Promise<string[]> {
  const information = await stat(path).catch(() => null);
  if (information === null) throw new InputError({ message: "there is no such tar file or folder; check the path", file: path });
  if (!information.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => name.endsWith(".tar")).sort();
  if (names.length === 0) throw new InputError({ message: "there is no .tar file in this folder", file: path });
  return names.map((name) => join(path, name));
}

type Members = Map<string, Uint8Array>;

function sampleOf({ key, members, file }: { key: string; members: Members; file: string }): RecordSample {
  const json = members.get(`${key}.json`);
  if (json === undefined) throw new InputError({ message: `the sample ${key} has no ${key}.json; it was not written by this package`, file });
  const record = validate({ schema: recordSchema, value: parseJson(Buffer.from(json).toString("utf8"), { file }), place: { file } });
  const images = imagesOf(record).map((path, index) => {
    const name = memberName({ key, image: path, index });
    const data = members.get(name);
    if (data === undefined) throw new InputError({ message: `the sample ${key} lacks its member ${name}; the file is cut off or was changed`, file });
    return { path, data };
  });
  return { record, images };
}

/** Members of a tar file in order; a member larger than any image, or a file that is no tar, is an `InputError`. */
async function* membersOf(file: string): AsyncIterable<{ name: string; data: Uint8Array }> {
  const reader = extract();
  const source = createReadStream(file);
  source.on("error", (error) => reader.destroy(error));
  const piped = finished(source.pipe(reader)).catch(() => undefined);
  try {
    for await (const entry of reader) {
      if (entry.header.size > maximumImageBytes) throw new InputError({ message: `the member ${entry.header.name} is larger than ${maximumImageBytes} bytes`, file });
      const parts: Uint8Array[] = [];
      for await (const part of entry) parts.push(part as Uint8Array);
      if (entry.header.type === "file") yield { name: entry.header.name, data: Buffer.concat(parts) };
    }
  } catch (error) {
    if (InputError.isInstance(error)) throw error;
    throw new InputError({ message: `is not a whole tar file (${error instanceof Error ? error.message : String(error)}); write it again`, file, cause: error });
  } finally {
    source.destroy();
    await piped;
  }
}

/** Reads samples back from a WebDataset tar file, or from all in a folder in the order of their names. */
export async function* readWebDataset(path: string): AsyncIterable<RecordSample> {
  for (const file of await tarFilesOf(path)) {
    let key: string | null = null;
    let members: Members = new Map();
    for await (const { name, data } of membersOf(file)) {
      const own = name.slice(0, Math.max(0, name.indexOf(".", name.lastIndexOf("/") + 1)));
      if (key !== null && own !== key) {
        yield sampleOf({ key, members, file });
        members = new Map();
      }
      key = own;
      members.set(name, data);
    }
    if (key !== null) yield sampleOf({ key, members, file });
  }
}
