import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeFileAtomic } from "@mmgeo/dataset";
import { filesBelow } from "../store/digest.js";
import { folderOfTask, inputsOfTask, type TaskRequest } from "../tasks/task.js";
import { pack, unpack } from "./pack.js";

/** Objects by name, as S3 keeps them: an object is there whole or not at all. */
export interface ObjectStore {
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** null where there is no such object */
  get(name: string): Promise<Uint8Array | null>;
  /** names that begin with `prefix` */
  list(prefix: string): Promise<string[]>;
  remove(names: readonly string[]): Promise<void>;
}

/** A task as the queue carries it, with the digests of the files it reads. */
export interface CarriedTask {
  request: TaskRequest;
  inputs: Record<string, string>;
}

/** Errors of storage begin so: the machine is at fault and no task (`isMachineError`). */
const PREFIX = "storage: ";

const objectOfTask = ({ kind, key }: TaskRequest): string => `tasks/${kind}-${key}`;
const objectOfInput = (digest: string): string => `inputs/${digest}`;
const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

async function fromStorage<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    throw new Error(`${PREFIX}${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** How the machines of a run exchange what tasks read and write where they share no folder. What a task reads is named by its contents; what it wrote is one object. */
export class Depot {
  private readonly objects: ObjectStore;
  /** digests of files that were put already */
  private readonly known = new Map<string, string>();

  constructor(objects: ObjectStore) {
    this.objects = objects;
  }

  /** For the run: puts what a task reads where workers find it. */
  async carry(store: string, request: TaskRequest): Promise<CarriedTask> {
    const inputs: Record<string, string> = {};
    for (const file of inputsOfTask(request)) {
      const path = join(store, file);
      let digest = this.known.get(path);
      if (digest === undefined) {
        const bytes = await readFile(path);
        digest = digestOf(bytes);
        await fromStorage(this.objects.put(objectOfInput(digest), bytes));
        this.known.set(path, digest);
      }
      inputs[file] = digest;
    }
    return { request, inputs };
  }

  /** For the run: brings finished folders of these tasks into the store. */
  async collect(store: string, requests: readonly TaskRequest[]): Promise<void> {
    const there = new Set(await fromStorage(this.objects.list("tasks/")));
    for (const request of requests) {
      if (!there.has(objectOfTask(request)) || existsSync(folderOfTask(store, request))) continue;
      const bytes = await fromStorage(this.objects.get(objectOfTask(request)));
      if (bytes === null) continue;
      const partial = `${folderOfTask(store, request)}.fetched.partial`;
      await rm(partial, { recursive: true, force: true });
      await unpack(bytes, partial);
      await rename(partial, folderOfTask(store, request));
    }
  }

  /** For the run: what was gathered is no longer needed. */
  async forget(requests: readonly TaskRequest[]): Promise<void> {
    await fromStorage(this.objects.remove(requests.map(objectOfTask)));
  }

  /** For a worker: brings what a task reads into its own store. */
  async fetch(store: string, { inputs }: CarriedTask): Promise<void> {
    for (const [file, digest] of Object.entries(inputs)) {
      const path = join(store, file);
      if (this.known.get(path) === digest && existsSync(path)) continue;
      const bytes = await fromStorage(this.objects.get(objectOfInput(digest)));
      if (bytes === null || digestOf(bytes) !== digest) throw new Error(`${PREFIX}${file} (${objectOfInput(digest)}) is not there or damaged; run again to put it there`);
      await mkdir(dirname(path), { recursive: true });
      await writeFileAtomic(path, bytes);
      this.known.set(path, digest);
    }
  }

  /** For a worker: whether somebody did the task already. */
  async has(request: TaskRequest): Promise<boolean> {
    return (await fromStorage(this.objects.list(objectOfTask(request)))).includes(objectOfTask(request));
  }

  /** For a worker: publishes a task's folder as one object, and drops it here. */
  async publish(store: string, request: TaskRequest): Promise<void> {
    const folder = folderOfTask(store, request);
    const files = await Promise.all((await filesBelow(folder)).map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })));
    await fromStorage(this.objects.put(objectOfTask(request), pack(files)));
    await rm(folder, { recursive: true, force: true });
  }
}
