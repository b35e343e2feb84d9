/** The device's memory in long loops of plain code, and what happens when there is no room. */

import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { cumsum, full } from "../../src/graph/index.js";
import { arange, nn, OutOfMemoryError, ones, optim, random, type Tensor, zeros } from "../../src/index.js";
import { part } from "../../src/ops/index.js";
import { softLimit } from "../../src/targets/ballast.js";
import { openEngine } from "../../src/targets/wasm/engine.js";
import { wasm } from "../../src/targets/wasm/wasm.js";

const MEGABYTE = 2 ** 20;

/** Megabytes that the device's memory holds once everything that nobody can reach is given back. */
async function held(): Promise<{ device: number; process: number }> {
  if (globalThis.gc === undefined) throw new Error("this test needs node --expose-gc");
  // What the collector finds is handed over in a turn of the event loop, and may let go of more.
  for (let i = 0; i < 4; i++) {
    globalThis.gc();
    await setImmediate();
  }
  return { device: openEngine().heap.bytesInUse / MEGABYTE, process: process.memoryUsage().rss / MEGABYTE };
}

/**
 * Runs the loop once, in which engines bring their own heap to its size, and then in four parts; after the first of those,
 * memory must not grow by more than allowed.
 */
async function level(steps: number, step: (i: number) => void): Promise<void> {
  const marks: { device: number; process: number }[] = [];
  for (let i = 0; i < steps; i++) step(i);
  for (let i = 0; i < steps; i++) {
    step(i);
    if ((i + 1) % (steps / 4) === 0) marks.push(await held());
  }
  const [first, ...later] = marks;
  const words = marks
    .map(({ device, process: all }) => `${device.toFixed(2)} of ${all.toFixed(0)}`)
    .join(", ");
  expect(Math.max(...later.map(({ device }) => device)) - first!.device, `MB: ${words}`).toBeLessThan(1);
  expect(Math.max(...later.map((mark) => mark.process)) - first!.process, `MB: ${words}`).toBeLessThan(60);
}

function training(rows: (i: number) => number): (i: number) => void {
  random.seed(1);
  const model = nn.sequential(nn.linear(64, 64), nn.relu(), nn.linear(64, 10));
  const optimizer = optim.adam(0.001)(model.parameters());
  return (i) => {
    const x = random.normal([rows(i), 64]) as Tensor;
    const loss = (model.forward(x as never) as Tensor).square().mean() as Tensor;
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    if (i % 100 === 0) expect(Number.isFinite(loss.item())).toBe(true);
  };
}

describe("memory stays level", () => {
  test("in 2,000 plain training steps", async () => {
    await level(
      2000,
      training(() => 128),
    );
  });

  test("in 2,000 steps whose batches change their size", async () => {
    await level(
      2000,
      training((i) => 1 + ((i * 37) % 61)),
    );
  });

  test("in a loop that keeps its last value only", async () => {
    let x = ones([256, 256]) as Tensor;
    await level(2000, () => {
      x = x.mul(0.999).add(0.001).realize() as Tensor;
    });
    expect(x.at(3, 4).item()).toBeCloseTo(1, 3);
  });

  test("in a loop that never gives the event loop a turn", () => {
    let most = 0;
    let x = ones([512, 512]) as Tensor;
    for (let i = 0; i < 2000; i++) {
      x = x.mul(0.999).realize() as Tensor;
      most = Math.max(most, openEngine().heap.bytesInUse / MEGABYTE);
    }
    // Two gigabytes went through; what was left behind is moved to the host, where the collector finds it.
    expect(most).toBeLessThan(softLimit() / MEGABYTE + 344);
    expect(x.at(0, 0).item()).toBeCloseTo(0.999 ** 2000, 4);
  });
});

describe("no room", () => {
  const small = (): void => expect(String((arange(4) as Tensor).mul(2))).toBe("[0. 2. 4. 6.]");

  test("for a result: the error names it and the bytes, and the device goes on", () => {
    const huge = ones([1e5, 1]).add(zeros([1, 2e5]));
    expect(() => huge.dataSync()).toThrow(OutOfMemoryError);
    expect(() => huge.dataSync()).toThrow(
      /of shape \(100000,200000\): there is no room for 20000000000 elements of float32; .*80000000000 bytes.*in use/,
    );
    small();
  });

  test("for a value on the way: the error names what was asked for, and the device goes on", () => {
    const sums = cumsum(full([1e5, 2e5], 1, "float32"), 1);
    const program = wasm.compile([part(sums, 0, 5, 6)], [], []);
    expect(() => program.run([])).toThrow(OutOfMemoryError);
    expect(() => program.run([])).toThrow(
      /slice of shape \(1,200000\): there is no room for 800000\d+ bytes of values on the way to it; .*in use/,
    );
    small();
  });

  test("nothing stays behind", async () => {
    const before = await held();
    for (let i = 0; i < 20; i++) {
      const huge = ones([1e5, 1]).add(zeros([1, 2e5 + i]));
      expect(() => huge.dataSync()).toThrow(OutOfMemoryError);
    }
    const after = await held();
    expect(after.device - before.device).toBeLessThan(0.5);
  });
});
