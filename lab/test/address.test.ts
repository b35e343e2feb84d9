/** Addresses come from anywhere: what is whole comes back, and all else is refused with a reason. */
import { deflateRawSync } from "node:zlib";
import { parse } from "valibot";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { AddressError, decodeState, encodeState, panelIn } from "../src/lib/state/address.js";
import { loadChapters } from "./chapters.js";

const packed = (json: string): string => `#s=${deflateRawSync(json).toString("base64url")}`;

let chapters: Awaited<ReturnType<typeof loadChapters>>;
beforeAll(async () => void (chapters = await loadChapters()), 180_000);

/** The chapter whose state is two weights and a threshold. */
const perceptron = () => chapters.find(({ slug }) => slug === "perceptron")!.chapter;

async function faultOf(hash: string): Promise<string> {
  try {
    await decodeState(hash, perceptron().schema);
    return "none";
  } catch (error) {
    if (error instanceof AddressError) return error.fault;
    throw error;
  }
}

test("what was changed comes back, with the panel", async () => {
  const { schema } = perceptron();
  const beginning = parse(schema, {});
  const changed = { ...beginning, w1: -1.25, row: 2 };
  const hash = await encodeState(changed, beginning, "neuron");
  expect(panelIn(`#${hash}`)).toBe("neuron");
  expect(await decodeState(`#${hash}`, schema)).toEqual(changed);
  expect(await encodeState(beginning, beginning)).toBe("");
  expect(await decodeState("#table", schema)).toBeUndefined();
});

test("a browser that cannot deflate writes what any browser reads", async () => {
  const { schema } = perceptron();
  const beginning = parse(schema, {});
  const changed = { ...beginning, w1: 2 };
  vi.stubGlobal("CompressionStream", undefined);
  const hash = await encodeState(changed, beginning);
  vi.unstubAllGlobals();
  expect(hash).toMatch(/^j=/);
  expect(await decodeState(`#${hash}`, schema)).toEqual(changed);
  vi.stubGlobal("DecompressionStream", undefined);
  expect(await faultOf(packed("{}"))).toBe("unable");
  expect(await decodeState(`#${hash}`, schema)).toEqual(changed);
  vi.unstubAllGlobals();
});

describe("hostile addresses", () => {
  test.each([
    ["#s=", "broken"],
    ["#s=***", "broken"],
    ["#s=AAAA", "broken"],
    [packed('{"w1": 1'), "broken"],
    [packed('{"w1": NaN}'), "broken"],
    [`${packed('{"w1":0.123456789,"w2":0.987654321}').slice(0, -8)}`, "broken"],
    [packed("[]"), "schema"],
    [packed("null"), "schema"],
    [packed("7"), "schema"],
    [packed('{"w1": 1e999}'), "schema"],
    [packed('{"w1": "1"}'), "schema"],
    [packed('{"__proto__": {"polluted": 1}}'), "schema"],
    [packed('{"constructor": {"prototype": {"polluted": 1}}}'), "schema"],
    [packed('{"nothing of ours": 1}'), "schema"],
    [`#s=${"A".repeat(200_000)}`, "long"],
    [`#j=${"A".repeat(200_000)}`, "long"],
    [packed(`{"w1":${" ".repeat(2_500_000)}1}`), "long"],
  ])("%.40s: %s", async (hash, fault) => {
    expect(await faultOf(hash)).toBe(fault);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

/** Values that no chapter should take in where it has a number, a list, a text or a record. */
const WRONG = [
  "1e999",
  "-1e999",
  "null",
  '"x"',
  "[]",
  "{}",
  '{"__proto__":[]}',
  "[[[[[]]]]]",
  "true",
  "1e300",
  "-1",
];

const finite = (value: unknown): boolean =>
  typeof value === "number"
    ? Number.isFinite(value)
    : typeof value !== "object" || value === null || Object.values(value).every(finite);

/** Whether two values are of one kind, so that code that reads the one can read the other. */
const sameKind = (a: unknown, b: unknown): boolean =>
  Array.isArray(a) === Array.isArray(b) && typeof a === typeof b;

test("no chapter takes in what is not of its kind, whatever key it comes under", async () => {
  const taken: string[] = [];
  for (const { slug, chapter } of chapters) {
    const beginning = parse(chapter.schema, {});
    for (const key of Object.keys(beginning))
      for (const wrong of [...WRONG, `[${"0,".repeat(50_000)}0]`, `"${"x".repeat(100_000)}"`]) {
        const hash = packed(`{${JSON.stringify(key)}:${wrong}}`);
        const state = await decodeState(hash, chapter.schema).catch((error: unknown) => {
          if (!(error instanceof AddressError))
            taken.push(`${slug}: ${key} = ${wrong.slice(0, 20)}: ${error}`);
          return undefined;
        });
        if (state === undefined) continue;
        const ok =
          finite(state) &&
          (sameKind(state[key], beginning[key]) || [state[key], beginning[key]].some((one) => one == null)) &&
          JSON.stringify(state).length < 200_000;
        if (!ok) taken.push(`${slug}: ${key} = ${wrong.slice(0, 20)}`);
      }
  }
  expect(taken).toEqual([]);
});

test("every chapter begins with what its own schema takes back", async () => {
  for (const { slug, chapter } of chapters) {
    const beginning = parse(chapter.schema, {});
    expect(parse(chapter.schema, JSON.parse(JSON.stringify(beginning))), slug).toEqual(beginning);
  }
});
