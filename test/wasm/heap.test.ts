/** The allocator against a plain model of it, and what happens at the memory's end. */
import { expect, test } from "vitest";
import { DeviceError, OutOfMemoryError } from "../../src/errors.js";
import { WasmHeap } from "../../src/targets/wasm/heap.js";

const MEGABYTE = 2 ** 20;

/** Numbers from 0 to 1 that are the same in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}

const take = <T>(list: T[], at: number): T => {
  const taken = list[at]!;
  list[at] = list.at(-1)!;
  list.pop();
  return taken;
};

test.each([true, false])("blocks never touch and keep their values, shared memory: %s", (shared) => {
  const heap = new WasmHeap({ shared });
  const random = numbers(7);
  const blocks: { address: number; bytes: number; mark: number }[] = [];
  const ends = (b: { address: number; bytes: number }): number => b.address + b.bytes;
  for (let step = 0; step < 6000; step++) {
    if (blocks.length > 0 && random() < 0.48) {
      const { address, bytes, mark } = take(blocks, Math.floor(random() * blocks.length));
      const values = new Uint8Array(heap.memory.buffer, address, bytes);
      expect(values.every((value) => value === mark)).toBe(true);
      heap.free(address);
      continue;
    }
    const bytes = Math.floor(20_000 * random() ** 4);
    const block = { address: heap.allocate(bytes), bytes, mark: step % 251 };
    expect(block.address % 64).toBe(0);
    expect(block.address).toBeGreaterThanOrEqual(65536);
    expect(ends(block) + 64).toBeLessThanOrEqual(heap.memory.buffer.byteLength);
    new Uint8Array(heap.memory.buffer, block.address, bytes).fill(block.mark);
    blocks.push(block);
  }
  blocks.sort((a, b) => a.address - b.address);
  blocks.forEach((block, i) => {
    if (i > 0) expect(block.address - ends(blocks[i - 1]!)).toBeGreaterThanOrEqual(64);
  });
  for (const { address } of blocks) heap.free(address);
  expect(heap.bytesInUse).toBe(0);
  expect(heap.highWaterMark).toBeGreaterThan(MEGABYTE / 4);
  // All is one piece again: as much as there is fits without growing.
  const all = heap.memory.buffer.byteLength;
  heap.allocate(all - 65536 - 64);
  expect(heap.memory.buffer.byteLength).toBe(all);
});

test("freed blocks are used again, the closest fit first", () => {
  const heap = new WasmHeap({ shared: true });
  const sizes = [1000, 1024, 1100, 5000, 70_000];
  const addresses = sizes.flatMap((bytes) => [heap.allocate(bytes), heap.allocate(1)]);
  for (let i = 0; i < addresses.length; i += 2) heap.free(addresses[i]!);
  const again = [...sizes].reverse().map((bytes) => heap.allocate(bytes));
  expect(again).toEqual(addresses.filter((_, i) => i % 2 === 0).reverse());
});

test("changing sizes do not grind the memory up", () => {
  const heap = new WasmHeap({ shared: true });
  const random = numbers(3);
  const alive: number[] = [];
  let bytes = 0;
  let early = 0;
  const sizes = new Map<number, number>();
  for (let step = 0; step < 60_000; step++) {
    while (bytes > 20 * MEGABYTE) {
      const address = take(alive, Math.floor(random() * alive.length));
      bytes -= sizes.get(address)!;
      heap.free(address);
    }
    const size = Math.ceil(2 * MEGABYTE * random() ** 6);
    const address = heap.allocate(size);
    sizes.set(address, size);
    alive.push(address);
    bytes += size;
    if (step === 10_000) early = heap.memory.buffer.byteLength;
  }
  // Random sizes up to a tenth of all there is leave gaps, but no more of them with time.
  expect(heap.memory.buffer.byteLength / early).toBeLessThan(1.15);
  expect(heap.memory.buffer.byteLength / heap.highWaterMark).toBeLessThan(1.9);
});

test("the memory grows with the need and says when it cannot", () => {
  const heap = new WasmHeap({ shared: true, maximumBytes: 8 * MEGABYTE });
  expect(heap.memory.buffer.byteLength).toBe(65536);
  const first = heap.allocate(3 * MEGABYTE);
  expect(heap.memory.buffer.byteLength).toBeLessThan(4 * MEGABYTE);
  let error: unknown;
  try {
    heap.allocate(6 * MEGABYTE);
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(OutOfMemoryError);
  expect(error).toBeInstanceOf(DeviceError);
  expect((error as OutOfMemoryError).name).toBe("OutOfMemoryError");
  expect((error as OutOfMemoryError).message).toBe(
    "the wasm device has no room for 6291456 bytes: 3145792 of at most 8388608 bytes are in use. " +
      "Use smaller batches, let go of tensors that are kept, or choose a device with more memory",
  );
  // The free piece at the end counts, and so does the last page.
  const second = heap.allocate(5 * MEGABYTE - 65536 - 128);
  expect(heap.memory.buffer.byteLength).toBe(8 * MEGABYTE);
  expect(heap.tryAllocate(1)).toBe(0);
  heap.free(first);
  heap.free(second);
  expect(heap.tryAllocate(2 ** 40)).toBe(0);
  expect(heap.tryAllocate(8 * MEGABYTE - 65536 - 64)).toBe(65536);
});

test("giving back what was not given out is an error", () => {
  const heap = new WasmHeap({ shared: false });
  const address = heap.allocate(100);
  expect(() => heap.free(address + 64)).toThrow(`nothing at ${address + 64}`);
  heap.free(address);
  expect(() => heap.free(address)).toThrow(`nothing at ${address}`);
});
