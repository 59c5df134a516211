import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseHTML } from "linkedom";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { renderPage } from "./page.js";
import { pictureEmbedder } from "./pictures.js";
import { groupFailures } from "./section-data.js";
import { sampleManifest, sampleRecord, sampleReport, writeSamplePictures } from "./testing.js";

describe("renderPage", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "mmgeo-page-"));
    await writeSamplePictures(folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("shows pictures with their edits marked, figures with chance, and what could not be built", async () => {
    const page = await renderPage({ report: sampleReport, samples: { folder, records: [sampleRecord] }, manifests: [sampleManifest] });
    const { document } = parseHTML(page);
    expect(document.querySelectorAll("img").length).toBe(4);
    expect([...document.querySelectorAll("img")].every((image) => (image.getAttribute("src") ?? "").startsWith("data:image/png;base64,"))).toBe(true);
    expect([...document.querySelectorAll("mark")].map((mark) => mark.textContent)).toEqual(["⊥", "Equal(LengthOfLine(AD),3)"]);
    expect(document.body.textContent).toContain("DE ∥ BC & <b>AD</b> is 2.");
    expect(document.body.textContent).toContain("on 1 of 2 sets");
    expect(document.body.textContent).toContain("9.1 %");
    expect(document.body.textContent).toContain("no drawing found");
    expect(page).not.toMatch(/(src|href)="https?:/);
  });

  it("is the same text for the same report", async () => {
    const data = { report: sampleReport, samples: { folder, records: [sampleRecord] }, manifests: [sampleManifest] };
    expect(await renderPage(data)).toBe(await renderPage(data));
  });
});

describe("pictureEmbedder", () => {
  it("leaves pictures out once the page would grow too large", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mmgeo-page-"));
    await writeSamplePictures(folder);
    const embed = pictureEmbedder(folder, 100);
    expect((await embed("a.png", "a")).text).toContain("data:image/png");
    expect((await embed("a-1.png", "a")).text).toContain("left out");
    await rm(folder, { recursive: true });
  });
});

describe("groupFailures", () => {
  it("counts alike reasons together", () => {
    expect(groupFailures(sampleReport.problems.failed)).toEqual([{ stage: "solve", reason: "no drawing found", count: 2, example: "b" }]);
  });
});
