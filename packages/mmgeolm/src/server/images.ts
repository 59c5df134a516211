import { readFile, realpath, stat } from "node:fs/promises";
import { isAbsolute, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { RequestError } from "./protocol.js";

/** Where pictures may come from besides data URLs: nowhere, unless named. */
export interface ImageSources {
  /** host names that pictures are fetched from over https @default none */
  hosts?: readonly string[];
  /** folders that `file:` URLs may point into @default none */
  folders?: readonly string[];
  /** the most bytes of one picture @default 10 MB */
  maxBytes?: number;
}

const fetchMilliseconds = 10_000;

const refuse = (message: string) => new RequestError({ status: 400, message, code: "invalid_image_url" });

/** The bytes behind an image URL. @throws RequestError when it is not allowed, too large or unreadable */
export async function imageBytes(url: string, { hosts = [], folders = [], maxBytes = 10_000_000 }: ImageSources): Promise<Uint8Array> {
  if (url.startsWith("data:")) {
    const comma = url.indexOf(",");
    if (comma < 0 || !/;base64$/i.test(url.slice(0, comma))) throw refuse("a data URL has to be base64: data:image/png;base64,…");
    if ((url.length - comma) * 0.75 > maxBytes + 3) throw new RequestError({ status: 413, message: `the picture is larger than ${maxBytes} bytes` });
    const bytes = Buffer.from(url.slice(comma + 1), "base64");
    if (bytes.length === 0) throw refuse("the data URL is empty");
    return bytes;
  }
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw refuse("pictures are given as data URLs: data:image/png;base64,…");
  }
  if (parsed.protocol === "file:" && folders.length > 0) return fileBytes(parsed, folders, maxBytes);
  if (parsed.protocol === "https:" && hosts.includes(parsed.hostname)) return fetchedBytes(parsed, maxBytes);
  throw refuse(`pictures from ${parsed.protocol === "file:" ? "files" : parsed.host || parsed.protocol} are not allowed on this server; send a data URL`);
}

async function fileBytes(url: URL, folders: readonly string[], maxBytes: number): Promise<Uint8Array> {
  // Links are followed first, so that none leads out of an allowed folder.
  const path = await realpath(fileURLToPath(url)).catch(() => null);
  const allowed = await Promise.all(folders.map((folder) => realpath(folder).catch(() => null)));
  const inside = path !== null && allowed.some((folder) => folder !== null && !relative(folder, path).startsWith("..") && !isAbsolute(relative(folder, path)));
  if (!inside || path === null) throw refuse("this file is not in a folder that this server allows");
  const { size } = await stat(path);
  if (size > maxBytes) throw new RequestError({ status: 413, message: `the picture is larger than ${maxBytes} bytes` });
  return readFile(path);
}

async function fetchedBytes(url: URL, maxBytes: number): Promise<Uint8Array> {
  // A redirect could lead to a host that was not named.
  const response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(fetchMilliseconds) }).catch(() => null);
  if (response === null || !response.ok || response.body === null) throw refuse(`${url.host} did not give the picture`);
  const parts: Uint8Array[] = [];
  let total = 0;
  for await (const part of response.body) {
    total += part.length;
    if (total > maxBytes) throw new RequestError({ status: 413, message: `the picture is larger than ${maxBytes} bytes` });
    parts.push(part);
  }
  return Buffer.concat(parts);
}
