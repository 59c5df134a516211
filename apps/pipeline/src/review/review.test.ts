import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { InputError } from "@mmgeo/dataset";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exportedJudgements, toCsv } from "./export.js";
import { pairKinds, type ReviewItem, sampleItems } from "./items.js";
import { type ReviewServer, serveReview } from "./server.js";
import { openReview, type ReviewState } from "./state.js";
import { tinyDataset } from "./testing.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mmgeo-review-"));
  await tinyDataset({ folder, count: 6 });
});
afterEach(() => rm(folder, { recursive: true }));

describe("a sample", () => {
  it("is of every kind alike and the same for the same seed", async () => {
    const items = await sampleItems({ folder, count: 12, kinds: pairKinds, seed: 1 });
    expect(Object.fromEntries([...Map.groupBy(items, ({ kind }) => kind)].map(([kind, { length }]) => [kind, length]))).toEqual({ positive: 3, image: 3, rule: 3, retrieval: 3 });
    expect(items.every(({ kind, fits }) => fits === (kind === "positive"))).toBe(true);
    expect(await sampleItems({ folder, count: 12, kinds: pairKinds, seed: 1 })).toEqual(items);
    expect(await sampleItems({ folder, count: 12, kinds: pairKinds, seed: 2 })).not.toEqual(items);
  });

  it("takes other records before it takes one twice, and all where fewer are there", async () => {
    const items = await sampleItems({ folder, count: 100, kinds: ["positive"], seed: 1 });
    expect(new Set(items.map(({ record }) => record)).size).toBe(6);
    expect(items.map(({ position }) => position)).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe("the state", () => {
  const file = (): string => join(folder, "state.sqlite");
  const items = (): Promise<ReviewItem[]> => sampleItems({ folder, count: 4, kinds: pairKinds, seed: 1 });

  it("keeps the last word on each item, takes back the last judgement, and is there when opened again", async () => {
    const state = await openReview({ file: file(), items: await items() });
    state.judge({ annotator: "a", position: 0, fits: true });
    state.judge({ annotator: "a", position: 1, fits: true });
    state.judge({ annotator: "b", position: 0, fits: false });
    state.judge({ annotator: "a", position: 0, fits: false });
    expect(state.undo("a")).toBe(0);
    expect(state.undo("nobody")).toBeNull();
    state.close();
    const again = await openReview({ file: file(), items: await items() });
    expect(again.judgements()).toEqual([{ annotator: "a", position: 1, fits: true }, { annotator: "b", position: 0, fits: false }]);
    again.close();
  });

  it("refuses another sample and a file that is none of its own", async () => {
    (await openReview({ file: file(), items: await items() })).close();
    await expect(openReview({ file: file(), items: (await items()).slice(1) })).rejects.toSatisfy((error) => InputError.isInstance(error) && /another sample/.test(error.message));
    await writeFile(join(folder, "text"), "text ".repeat(1000));
    await expect(openReview({ file: join(folder, "text"), items: await items() })).rejects.toSatisfy((error) => InputError.isInstance(error) && /--state/.test(error.message));
  });

  it("is exported with what the dataset says, and no spreadsheet runs it", async () => {
    const [first, second] = await items();
    const csv = toCsv(exportedJudgements({ items: [{ ...first!, caption: '=1+1, "quoted"' }, second!], judgements: [{ annotator: "b", position: 0, fits: true }, { annotator: "a", position: 0, fits: false }] }));
    expect(csv.split("\r\n").slice(1, 3).map((line) => line.slice(0, 2))).toEqual(["a,", "b,"]);
    expect(csv).toContain(`"'=1+1, ""quoted"""`);
  });
});

describe("the server", () => {
  let state: ReviewState;
  let server: ReviewServer | null;
  beforeEach(async () => {
    state = await openReview({ file: join(folder, "state.sqlite"), items: await sampleItems({ folder, count: 4, kinds: pairKinds, seed: 1 }) });
    server = null;
  });
  afterEach(async () => {
    await server?.close();
    state.close();
  });
  const open = async (options: { token?: string; host?: string } = {}): Promise<ReviewServer> => (server = await serveReview({ folder, state, title: "t", ...options }));
  const judge = (url: URL, body: object, headers: Record<string, string> = {}): Promise<Response> => fetch(new URL("/judgements", url), { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } });
  const judgement = { annotator: "a", position: 0, fits: true };

  it("keeps judgements and says nothing of what the dataset thinks", async () => {
    const url = new URL((await open()).url);
    expect((await judge(url, judgement)).status).toBe(200);
    expect(state.judgements()).toEqual([judgement]);
    const items = (await (await fetch(new URL("/items", url))).json()) as object[];
    expect(items.map((item) => Object.keys(item))).toEqual(items.map(() => ["position", "caption"]));
    const picture = await fetch(new URL("/picture?position=3", url));
    expect(picture.headers.get("content-type")).toBe("image/png");
    expect(await (await fetch(new URL("/judgements.jsonl", url))).text()).toMatch(/^\{"annotator":"a","position":0,.*\}\n$/u);
  });

  it("refuses what is wrong, with the reason", async () => {
    const url = new URL((await open()).url);
    for (const [body, status] of [[{ ...judgement, position: 4 }, 400], [{ ...judgement, annotator: " " }, 400], [{ ...judgement, more: 1 }, 400], [{ ...judgement, annotator: "a".repeat(20_000) }, 413]] as const) expect((await judge(url, body)).status).toBe(status);
    expect((await fetch(new URL("/judgements", url), { method: "POST", body: "{}" })).status).toBe(415);
    for (const path of ["/picture?position=9", "/picture?position=../x", "/nothing"]) expect((await fetch(new URL(path, url))).status).toBe(404);
    expect(state.judgements()).toEqual([]);
  });

  it("serves this machine alone, and no page of another site", async () => {
    const url = new URL((await open()).url);
    expect((await judge(url, judgement, { origin: "http://elsewhere.example" })).status).toBe(403);
    const named = request({ host: url.hostname, port: url.port, path: "/items", headers: { host: "elsewhere.example" } });
    const status = await new Promise<number>((resolve) => named.once("response", (response) => void text(response).then(() => resolve(response.statusCode!))).end());
    expect(status).toBe(403);
    expect(state.judgements()).toEqual([]);
  });

  it("wants the token where one is set, and a token where others reach it", async () => {
    await expect(open({ host: "0.0.0.0" })).rejects.toSatisfy((error) => InputError.isInstance(error) && /--token/.test(error.message));
    const url = new URL((await open({ token: "a b" })).url);
    expect(url.searchParams.get("token")).toBe("a b");
    expect((await fetch(new URL("/items", url))).status).toBe(403);
    expect((await fetch(new URL("/items?token=wrong", url))).status).toBe(403);
    expect((await fetch(new URL("/items", url), { headers: { authorization: "Bearer a b" } })).status).toBe(200);
    const cookie = (await fetch(url)).headers.get("set-cookie")!;
    expect(cookie).toContain("HttpOnly");
    expect((await fetch(new URL("/items", url), { headers: { cookie: cookie.split(";")[0]! } })).status).toBe(200);
  });
});
