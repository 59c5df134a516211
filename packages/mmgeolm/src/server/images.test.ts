import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { imageBytes } from "./images.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mmgeolm-images-"));
  await mkdir(join(folder, "allowed"));
  await writeFile(join(folder, "allowed", "a.png"), "picture");
  await writeFile(join(folder, "secret.png"), "secret");
  await symlink(join(folder, "secret.png"), join(folder, "allowed", "link.png"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllGlobals());

const fileUrl = (...parts: string[]) => pathToFileURL(join(folder, ...parts)).href;
const text = async (url: string, sources: Parameters<typeof imageBytes>[1]) => Buffer.from(await imageBytes(url, sources)).toString();

describe("pictures of requests", () => {
  it("come from named folders alone, whatever links say", async () => {
    const sources = { folders: [join(folder, "allowed")] };
    expect(await text(fileUrl("allowed", "a.png"), sources)).toBe("picture");
    for (const url of [fileUrl("secret.png"), fileUrl("allowed", "link.png"), `${fileUrl("allowed")}/../secret.png`, `${fileUrl("allowed")}/%2e%2e/secret.png`, fileUrl("allowed", "none.png")]) {
      await expect(imageBytes(url, sources), url).rejects.toMatchObject({ status: 400 });
    }
    await expect(imageBytes(fileUrl("allowed", "a.png"), {})).rejects.toThrow(/from files are not allowed/);
    await expect(imageBytes(fileUrl("allowed", "a.png"), { ...sources, maxBytes: 3 })).rejects.toMatchObject({ status: 413 });
  });

  it("come from named hosts alone, over https, without redirects, and not larger than allowed", async () => {
    const fetched = vi.fn(async (url: URL, options: RequestInit) => {
      if (options.redirect !== "error") throw new Error("a redirect would be followed");
      return new Response(url.pathname === "/large" ? "x".repeat(100) : "picture", { status: url.pathname === "/none" ? 404 : 200 });
    });
    vi.stubGlobal("fetch", fetched);
    const sources = { hosts: ["pictures.example"], maxBytes: 50 };
    expect(await text("https://pictures.example/a.png", sources)).toBe("picture");
    for (const url of ["http://pictures.example/a.png", "https://other.example/a.png", "https://pictures.example.evil/a.png", "https://pictures.example@other.example/a.png", "ftp://pictures.example/a.png", "https://127.0.0.1/a.png"]) {
      await expect(imageBytes(url, sources), url).rejects.toThrow(/are not allowed on this server/);
    }
    expect(fetched).toHaveBeenCalledTimes(1);
    await expect(imageBytes("https://pictures.example/none", sources)).rejects.toThrow(/did not give the picture/);
    await expect(imageBytes("https://pictures.example/large", sources)).rejects.toMatchObject({ status: 413 });
  });

  it("come as data URLs up to a size", async () => {
    const url = `data:image/png;base64,${Buffer.from("picture").toString("base64")}`;
    expect(await text(url, {})).toBe("picture");
    await expect(imageBytes(url, { maxBytes: 3 })).rejects.toMatchObject({ status: 413 });
  });
});
