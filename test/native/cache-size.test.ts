import { expect, test } from "vitest";
import { ownCacheBytes, secondCacheOf } from "../../src/targets/native/cache-size.js";

/** What Linux tells of caches, as files. */
const machine = (...caches: readonly (readonly [level: string, size: string, shared: string])[]) => {
  const files = new Map<string, string>();
  for (const [index, [level, size, shared]] of caches.entries()) {
    files.set(`index${index}/level`, `${level}\n`);
    files.set(`index${index}/size`, `${size}\n`);
    files.set(`index${index}/shared_cpu_list`, `${shared}\n`);
  }
  return (name: string): string => {
    const text = files.get(name);
    if (text === undefined) throw new Error(`no ${name}`);
    return text;
  };
};

test("the second level is a processor's own, or its part of it", () => {
  const first = ["1", "48K", "0"] as const;
  expect(secondCacheOf(machine(first, first, ["2", "2048K", "0"], ["3", "105M", "0-31"]))).toBe(2 ** 21);
  expect(secondCacheOf(machine(first, ["2", "1M", "0,16"]))).toBe(2 ** 20);
  expect(secondCacheOf(machine(first, ["2", "4096K", "0-3"]))).toBe(2 ** 21);
  expect(secondCacheOf(machine(first, ["2", "4096K", "0-3,8-11"]))).toBe(2 ** 20);
});

test("where nothing is told, or nonsense, there is no answer, and a usual size serves", () => {
  expect(secondCacheOf(machine())).toBe(undefined);
  expect(secondCacheOf(machine(["1", "48K", "0"]))).toBe(undefined);
  expect(secondCacheOf(machine(["2", "lots", "0"]))).toBe(undefined);
  expect(ownCacheBytes()).toBeGreaterThanOrEqual(2 ** 18);
  expect(ownCacheBytes()).toBeLessThanOrEqual(2 ** 23);
});
