/** Device memory as a cache: what is asked for is there, what is pushed out can still be read, and loops stay level. */
import { expect, test } from "vitest";
import { OutOfMemoryError } from "../../src/errors.js";
import { type DType, Storage, storageOf, type TypedArray } from "../../src/graph/index.js";
import { WasmHeap } from "../../src/targets/wasm/heap.js";
import { bytesOf, Residency } from "../../src/targets/wasm/residency.js";

const MEGABYTE = 2 ** 20;

function setup({ shared = true, maximumBytes = 2 ** 32, softLimit = 128 * MEGABYTE } = {}) {
  const heap = new WasmHeap({ shared, maximumBytes });
  const residency = new Residency(heap, { softLimit });
  const at = (dtype: DType, address: number, length: number) => [...heap.view(dtype, address, length)];
  /** What a program does: a region, values in it, a storage of it. */
  const make = (values: readonly number[] | number, length = (values as number[]).length): Storage => {
    const address = residency.allocate(bytesOf("float32", length));
    const view = heap.view("float32", address, length);
    if (typeof values === "number") view.fill(values);
    else view.set(values);
    return residency.adopt("float32", length, address);
  };
  return { heap, residency, at, make };
}

const VALUES: Readonly<Record<DType, TypedArray>> = {
  float32: new Float32Array([1.5, -2, 3]),
  float64: new Float64Array([1e300, Math.PI]),
  int32: new Int32Array([-7, 2 ** 31 - 1, 0, 5, 9]),
  uint8: new Uint8Array([255, 0, 7]),
  bool: new Uint8Array([1, 0, 1, 1]),
};

test.each(Object.entries(VALUES) as [DType, TypedArray][])(
  "%s goes up once and comes back",
  (dtype, values) => {
    const { heap, residency, at } = setup();
    const storage = storageOf(dtype, values);
    const address = residency.addressOf(storage);
    expect(at(dtype, address, values.length)).toEqual([...values]);
    const inUse = heap.bytesInUse;
    expect(residency.addressOf(storage)).toBe(address);
    expect(heap.bytesInUse).toBe(inUse);
    const copy = new Storage(dtype, values.length, undefined, storage.resident);
    expect(copy.read()).toEqual(values);
    expect(copy.read().constructor).toBe(values.constructor);
  },
);

test("arrays without elements have a place too", () => {
  const { residency } = setup();
  const empty = storageOf("float32", new Float32Array(0));
  expect(residency.addressOf(empty) % 64).toBe(0);
  expect(residency.adopt("int32", 0, residency.allocate(0)).read()).toEqual(new Int32Array(0));
});

test("what is pushed out is read from the host and comes back, the longest unused first", () => {
  // Room for three of them: each weighs its megabyte and a little.
  const { residency, make, at, heap } = setup({ softLimit: 3.5 * MEGABYTE });
  const length = MEGABYTE / 4;
  const [a, b, c] = [make(1, length), make(2, length), make(3, length)];
  residency.addressOf(a);
  const inUse = heap.bytesInUse;
  const d = make(4, length);
  expect(heap.bytesInUse, "one came and one went").toBe(inUse);
  expect([a, b, c, d].map((s) => s.read()[length - 1])).toEqual([1, 2, 3, 4]);
  const twice = [b.read(), b.read()];
  expect(twice[0] === twice[1], "every time a copy of its own").toBe(false);
  const address = residency.addressOf(b);
  expect(at("float32", address, 2)).toEqual([2, 2]);
  expect([a, b, c, d].map((s) => s.read()[length - 1])).toEqual([1, 2, 3, 4]);
  expect(residency.residentBytes).toBeLessThan(3.5 * MEGABYTE);
});

test("what a running program uses stays where it is", () => {
  const { residency, make, at } = setup({ softLimit: 1 });
  residency.begin();
  const a = make([1, 2, 3]);
  const b = make([4, 5]);
  const [first, second] = [residency.addressOf(a), residency.addressOf(b)];
  for (let i = 0; i < 10; i++) make([6]);
  expect([residency.addressOf(a), residency.addressOf(b)]).toEqual([first, second]);
  expect(at("float32", first, 3)).toEqual([1, 2, 3]);
  residency.end();
  // Programs that need less come, and the room is taken back by and by.
  for (let i = 0; i < 200; i++) {
    residency.begin();
    make([7]);
    residency.end();
  }
  expect(residency.residentBytes).toBeLessThan(5 * 4200);
  expect([...a.read()]).toEqual([1, 2, 3]);
});

test("a program that comes again finds its values where they were, however many", () => {
  const { residency, make } = setup({ softLimit: MEGABYTE });
  const weights = Array.from({ length: 8 }, (_, i) => make(i, MEGABYTE / 4));
  const step = () => {
    residency.begin();
    const scratch = residency.allocate(2 * MEGABYTE);
    const addresses = weights.map((weight) => residency.addressOf(weight));
    residency.free(scratch);
    residency.end();
    return addresses;
  };
  const addresses = step();
  for (let i = 0; i < 5; i++) expect(step()).toEqual(addresses);
});

test("an update in place makes copies of the old values worthless", () => {
  const { residency, heap, make, at } = setup({ softLimit: 1 });
  const weight = storageOf("float32", new Float32Array([1, 2]));
  residency.begin();
  const address = residency.addressOf(weight);
  heap.view("float32", address, 2).set([10, 20]);
  residency.overwritten(weight);
  residency.end();
  expect([...weight.read()]).toEqual([10, 20]);
  for (let i = 0; i < 40; i++) make([0]);
  expect([...weight.read()]).toEqual([10, 20]);
  expect(at("float32", residency.addressOf(weight), 2)).toEqual([10, 20]);
});

test("an update that broke off is undone where the host has the values", () => {
  const { residency, heap, make, at } = setup();
  const weight = storageOf("float32", new Float32Array([1, 2]));
  const fresh = make([5]);
  const before = heap.bytesInUse;
  residency.begin();
  heap.view("float32", residency.addressOf(weight), 2).set([10, 20]);
  expect(residency.spoiled(weight)).toBe(true);
  expect(residency.spoiled(fresh)).toBe(false);
  residency.end();
  expect(heap.bytesInUse).toBe(before);
  expect(at("float32", residency.addressOf(weight), 2)).toEqual([1, 2]);
});

test("values of another device move over the host", () => {
  const one = setup();
  const other = setup({ shared: false });
  const storage = one.make([1, 2, 3]);
  expect(other.at("float32", other.residency.addressOf(storage), 3)).toEqual([1, 2, 3]);
  expect([...storage.read()]).toEqual([1, 2, 3]);
});

test("a full memory makes room before it gives up", () => {
  const { residency, make, heap } = setup({ maximumBytes: 8 * MEGABYTE });
  const parts = Array.from({ length: 20 }, (_, i) => make(i, MEGABYTE / 4));
  expect(parts.map((part) => part.read()[0])).toEqual(parts.map((_, i) => i));
  residency.begin();
  for (const part of parts.slice(0, 5)) residency.addressOf(part);
  expect(() => residency.allocate(3 * MEGABYTE)).toThrow(OutOfMemoryError);
  residency.end();
  heap.free(residency.allocate(7 * MEGABYTE));
  expect(parts.map((part) => part.read()[0])).toEqual(parts.map((_, i) => i));
});

test("storages that are unreachable give their memory back", async () => {
  const { residency, make, heap } = setup();
  const kept = make([1]);
  (() => {
    for (let i = 0; i < 50; i++) make(i, 1000);
    residency.begin();
    residency.addressOf(storageOf("float32", new Float32Array(1000)));
  })();
  const collect = async () => {
    await new Promise((resolve) => setTimeout(resolve));
    globalThis.gc!();
    await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await collect();
  await collect();
  expect(residency.residentBytes, "what the program uses is kept for it").toBe(4 + 4000 + 2 * 4096);
  residency.end();
  expect(residency.residentBytes).toBe(4 + 4096);
  expect(heap.bytesInUse).toBe(128);
  expect([...kept.read()]).toEqual([1]);
});

/** Megabytes in use by the process. */
function memory(): number {
  globalThis.gc!();
  globalThis.gc!();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / MEGABYTE;
}

test.each([
  ["100,000 steps that each make a small array", 100_000, () => 8],
  ["2,000 steps that each make a megabyte", 2_000, () => MEGABYTE / 4],
  ["2,000 steps of changing sizes", 2_000, (i: number) => 1 + ((i * 7919) % 400_009)],
] as const)("one synchronous loop of %s holds memory level", (_, steps, lengthOf) => {
  const { residency, make, heap } = setup();
  let last = make([0]);
  const marks: number[] = [];
  const grown: number[] = [];
  for (let i = 0; i < steps; i++) {
    residency.begin();
    residency.addressOf(last);
    last = make(i, lengthOf(i));
    residency.end();
    if ((i + 1) % (steps / 5) !== 0) continue;
    marks.push(memory());
    grown.push(heap.memory.buffer.byteLength / MEGABYTE);
  }
  expect(last.read()[0]).toBe(steps - 1);
  // The first two fifths fill the room that there is.
  expect(Math.max(...marks.slice(2)) - marks[1]!, `megabytes: ${marks}`).toBeLessThan(4);
  expect(Math.max(...grown), `megabytes of device memory: ${grown}`).toBeLessThan(150);
});
