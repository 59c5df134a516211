import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { html } from "./html.js";

describe("html", () => {
  it("escapes text and keeps markup made by itself", () => {
    expect(html`<p>${"a < b & \"c\""}${html`<b>${1}</b>`}${[html`<i></i>`, "<"]}${null}</p>`.text).toBe("<p>a &lt; b &amp; &quot;c&quot;<b>1</b><i></i>&lt;</p>");
  });

  it("never lets a tag or a quote through", () => {
    fc.assert(fc.property(fc.string(), (text) => void expect(html`${text}`.text).not.toMatch(/[<>"']/)));
  });
});
