import { describe, expect, it } from "vitest";
import { InputError } from "./input-error.js";

describe("InputError", () => {
  it("says where on one line, whatever bytes the name holds", () => {
    const error = new InputError({ message: "is damaged:\u001b[31m\nfetch it again", file: "a\nb.bin", line: 3, field: "x\u0000y\u2028z" });
    expect(error.message).toBe(String.raw`a\u000ab.bin, line 3, field x\u0000y\u2028z: is damaged:\u001b[31m\u000afetch it again`);
    expect(error.field).toBe("x\u0000y\u2028z");
    expect(InputError.isInstance(error)).toBe(true);
  });

  it("keeps the two ends of a name or message that is too long", () => {
    const { message } = new InputError({ message: "m".repeat(10_000), field: `begin${"x".repeat(10_000)}end` });
    expect(message.length).toBeLessThanOrEqual(2001);
    expect(message).toMatch(/^field beginx+…x+end: m+…m+$/);
  });
});
