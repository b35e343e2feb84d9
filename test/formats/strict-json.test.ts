/** The header reader agrees with JSON.parse on what is JSON, and refuses what JSON.parse hides. */
import { describe, expect, it } from "vitest";
import { type JsonValue, parseStrictJson } from "../../src/formats/strict-json.js";
import { mutate, seeded } from "./support.js";

/** Maps back to plain objects, to compare with JSON.parse. */
function plain(value: JsonValue): unknown {
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([name, inner]) => [name, plain(inner)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

describe("parseStrictJson", () => {
  it.each([
    "null",
    " [ ] ",
    "{}",
    '{"a":{"b":[1,-2.5e3,true,false,null,"x"]}}',
    '"\\u00e9\\n\\"\\\\ \u{1f600}"',
    "[0,-0,1E+2,0.5,123456789012345678901234567890]",
    '{ "" : [ [ ] , { } ] }\r\n\t ',
  ])("agrees with JSON.parse: %s", (text) => {
    expect(plain(parseStrictJson(text))).toEqual(JSON.parse(text));
  });

  it.each([
    "",
    "{",
    "[1,]",
    '{"a":1,}',
    "{a:1}",
    "01",
    "+1",
    ".5",
    "1.",
    "NaN",
    "'a'",
    '"a',
    '"\\x"',
    '"\u0001"',
    "[1] 2",
    "tru",
    '{"a" 1}',
    "\u00a01",
    "[1 2]",
  ])("refuses what JSON.parse refuses: %j", (text) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(() => parseStrictJson(text)).toThrow(/at character \d+, found /);
  });

  it("refuses a repeated name, however it is written", () => {
    expect(() => parseStrictJson('{"w":1,"w":2}')).toThrow('the name "w" appears twice at character 10');
    expect(() => parseStrictJson('{"a":{"w":1,"\\u0077":2}}')).toThrow('the name "w" appears twice');
    expect(() => parseStrictJson('[{"w":1},{"w":2}]')).not.toThrow();
  });

  it("keeps __proto__ as a name like any other", () => {
    const value = parseStrictJson('{"__proto__":{"polluted":true}}') as ReadonlyMap<string, JsonValue>;
    expect([...value.keys()]).toEqual(["__proto__"]);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  it("refuses deep nesting before the stack runs out", () => {
    expect(() => parseStrictJson("[".repeat(1_000_000))).toThrow("nested deeper than 16");
  });

  it("refuses more than a million values", () => {
    expect(() => parseStrictJson(`[${"1,".repeat(2 ** 20)}1]`)).toThrow(
      "more than 1048576 values at character",
    );
    expect(parseStrictJson(`[${"1,".repeat(2 ** 20 - 2)}1]`)).toHaveLength(2 ** 20 - 1);
  });

  it("hands out the outermost object's members one by one, and keeps their names only", () => {
    const seen: [string, JsonValue][] = [];
    const rest = parseStrictJson('{"a":{"b":1},"c":[2]}', (name, value) => void seen.push([name, value]));
    expect(seen).toEqual([
      ["a", new Map([["b", 1]])],
      ["c", [2]],
    ]);
    expect(rest).toEqual(
      new Map([
        ["a", null],
        ["c", null],
      ]),
    );
    expect(() => parseStrictJson('{"a":1,"a":2}', () => {})).toThrow('the name "a" appears twice');
  });

  it("takes a long string and a long number in its stride", () => {
    const long = "x".repeat(5_000_000);
    expect(parseStrictJson(`["${long}",${"1".repeat(100_000)}]`)).toEqual([long, Infinity]);
  });

  it("agrees with JSON.parse about 2,000 broken texts", () => {
    const random = seeded(7);
    const original = new TextEncoder().encode('{"a":[1,2.5],"b":{"c":"d\\n","e":null},"f":true}');
    for (let i = 0; i < 2000; i++) {
      const text = new TextDecoder().decode(mutate(original, random));
      const strict = attempt(() => plain(parseStrictJson(text)));
      const loose = attempt(() => JSON.parse(text) as unknown);
      if (strict.error?.message.includes("appears twice")) continue;
      expect(strict.value, text).toEqual(loose.value);
      expect(strict.error === undefined, text).toBe(loose.error === undefined);
    }
  });
});

function attempt(call: () => unknown): { value?: unknown; error?: Error } {
  try {
    return { value: call() };
  } catch (error) {
    return { error: error as Error };
  }
}
