import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "@mmgeo/dataset";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { geoqa } from "../benchmarks/geoqa.js";
import { temporaryFolder } from "../testing.js";
import { idOfEntry, textOfEntry } from "./entry.js";
import { entriesOfCutJson, lenientJson } from "./lenient-json.js";
import { readRecorded } from "./recorded.js";

async function read(name: string, content: string) {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, content);
  const { entries, cut, broken } = await readRecorded(file);
  return { read: entries.map((entry) => [idOfEntry(entry, geoqa), textOfEntry(entry)]), cut, broken };
}

describe("readRecorded", () => {
  const two = [["1", "A"], ["2", "B"]];
  it.each([
    ["lines of ours", "r.jsonl", '{"id":"1","response":"A"}\n{"id":2,"response":"B"}\n'],
    ["lines in a file called .json", "r.json", '{"id":"1","response":"A"}\n{"id":2,"response":"B"}'],
    ["a list in a file called .jsonl", "r.jsonl", '[{"id":"1","response":"A"},\n{"id":2,"response":"B"}]'],
    ["an object by id", "r.json", '{"1":{"response":"A"},"2":{"response":"B"}}'],
    ["an object by id in a file called .jsonl", "r.jsonl", '{"1":{"response":"A"},\n"2":{"response":"B"}}'],
    ["an object of texts", "r.json", '{"1":"A",\n"2":"B"}'],
    ["results of a log", "r.json", '{"accuracy":50.0,"results":[{"question_id":1,"model_output":"A"},{"question_id":2,"model_output":"B"}]}'],
    ["a byte order mark", "r.json", '\ufeff[{"id":1,"response":"A"},{"id":2,"response":"B"}]'],
    ["a byte order mark before lines", "r.jsonl", '\ufeff{"id":1,"response":"A"}\r\n{"id":2,"response":"B"}\r\n'],
    ["Python's NaN", "r.jsonl", '{"id":1,"response":"A","score":NaN}\n{"id":2,"response":"B","score":-Infinity}\n'],
    ["the question inside", "r.jsonl", '{"response":"A","extra":{"id":"1","answer":"B"}}\n{"response":"B","extra":{"id":"2"}}\n'],
    ["chat completions", "r.jsonl", '{"id":1,"choices":[{"message":{"content":"A"}}]}\n{"id":2,"choices":[{"message":{"content":"B"}}]}\n'],
    ["a batch's results", "r.jsonl", '{"custom_id":"1","response":{"body":{"choices":[{"message":{"content":"A"}}]}}}\n{"custom_id":"2","response":{"body":{"choices":[{"message":{"content":"B"}}]}}}\n'],
    ["nested lists of responses", "r.jsonl", '{"doc_id":1,"filtered_resps":["A"]}\n{"doc_id":2,"resps":[["B"]]}\n'],
    ["answers alone", "r.jsonl", '{"id":1,"answer":"A"}\n{"id":2,"answer":"B"}\n'],
    ["paths of pictures", "r.jsonl", '{"image_path":"./Geo170K/images/test/1.png","text":"A"}\n{"image_path":"test/2.png","text":"B"}\n'],
  ])("reads %s", async (_, name, content) => {
    expect(await read(name, content)).toEqual({ read: two, cut: false, broken: [] });
  });

  it.each([
    ["lines", "r.jsonl", '{"id":"1","response":"A"}\n{"id":2,"response":"B"}\n{"id":3,"resp'],
    ["a list", "r.json", '[{"id":"1","response":"A"},{"id":2,"response":"B"},{"id":3,"resp'],
    ["an object by id", "r.json", '{"1":{"response":"A","metadata":{"skills":[]}},"2":{"response":"B"},"3":{"metadata":{"skills":[]},"resp'],
    ["results of a log", "r.json", '{"accuracy": 50.0,\n "results": [{"id":1,"model_output":"A","q":{"a":[1]}},{"id":2,"model_output":"B"},{"q":{"a":1},'],
  ])("keeps what is whole of %s that was cut off", async (_, name, content) => {
    expect(await read(name, content)).toEqual({ read: two, cut: true, broken: [] });
  });

  it("names the lines that hold no response", async () => {
    expect(await read("r.jsonl", '{"id":"1","response":"A"}\n{"id":2,"resp{"id":2,"response":"B"}\n7\n{"id":2,"response":"B"}\n')).toEqual({ read: two, cut: false, broken: [2, 3] });
  });

  it("never takes the right answer for a response", async () => {
    expect((await read("r.json", '{"1":{"question":"?","answer":"A","error":"timeout"},"2":{"question":"?","answer":"B","response":null}}')).read).toEqual([["1", null], ["2", null]]);
  });

  it("says what is no file of responses", async () => {
    for (const content of ["", "no json", "[]", "{}", "7", "[1,2]", '{"results":[]}', "{", "[{"]) await expect(read("r.json", content), content).rejects.toSatisfy(InputError.isInstance);
    await expect(read("r.jsonl", '{"a\nno json\nat all\n')).rejects.toSatisfy(InputError.isInstance);
    await expect(readRecorded(join(temporaryFolder(), "none.json"))).rejects.toThrow(/no such file/);
  });
});

it("lenientJson changes nothing of valid JSON, and nothing in strings", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => void expect(lenientJson(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)))));
  expect(lenientJson('{"a":[NaN,"NaN \\" Infinity",-Infinity]}')).toEqual({ a: [null, 'NaN " Infinity', null] });
  expect(lenientJson("{")).toBeUndefined();
});

it("entriesOfCutJson finds every whole entry wherever the file was cut", () => {
  const entries = [{ id: 1, response: '}"]{' }, { id: 2, more: { a: [1, { b: 2 }] } }, { id: 3, response: "\\" }];
  for (const [text, of] of [[JSON.stringify(entries), (value: unknown) => value], [JSON.stringify({ results: entries }), (value: unknown) => (value as { results: unknown }).results], [JSON.stringify({ a: entries[0], b: entries[1], c: entries[2] }), (value: unknown) => Object.values(value as object)]] as const) {
    for (let end = 0; end < text.length; end += 1) {
      const value = entriesOfCutJson(text.slice(0, end));
      const whole = entries.filter((entry) => text.indexOf(JSON.stringify(entry)) + JSON.stringify(entry).length <= end);
      if (whole.length === 0) expect(value).toBeUndefined();
      else expect(of(value)).toEqual(whole);
    }
  }
});
