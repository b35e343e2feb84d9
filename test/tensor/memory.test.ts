/** Nobody frees memory: long loops hold it level by themselves. */
import { expect, test } from "vitest";
import {
  array,
  compile,
  lastRun,
  nn,
  noGrad,
  ones,
  optim,
  random,
  type Tensor,
  zeros,
} from "../../src/index.js";

const MEGABYTE = 2 ** 20;

/** Megabytes that are still reachable. */
function memory(): number {
  if (globalThis.gc === undefined) throw new Error("this test needs node --expose-gc");
  // The second collection waits until the buffers of the first one are really given back.
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / MEGABYTE;
}

/**
 * Runs the loop in four parts; after the second memory must not grow by more than allowed. Until then the loop warms up: a
 * long chain, for example, is another program the first time, when it begins from other values.
 */
function level(steps: number, allowed: number, step: (i: number) => void): void {
  const marks: number[] = [];
  for (let i = 0; i < steps; i++) {
    step(i);
    if ((i + 1) % (steps / 4) === 0) marks.push(memory());
  }
  const [, warm, ...later] = marks;
  expect(Math.max(...later) - warm!, `MB after each quarter: ${marks.map((m) => m.toFixed(1))}`).toBeLessThan(
    allowed,
  );
}

test("20,000 steps of training a small network", () => {
  random.seed(1);
  const model = nn.sequential(nn.linear(2, 4), nn.tanh(), nn.linear(4, 1));
  const optimizer = optim.adam(0.01)(model.parameters());
  const inputs = array([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]);
  const targets = array([[0], [1], [1], [0]]);
  let loss: Tensor = zeros([]);
  level(20_000, 2, () => {
    loss = nn.bceWithLogits(model.forward(inputs), targets);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  });
  expect(loss.item()).toBeLessThan(0.1);
});

test("20,000 calls of a compiled step, with batches of two lengths and gradients that are left", () => {
  random.seed(1);
  const model = nn.sequential(nn.linear(2, 4), nn.tanh(), nn.linear(4, 1));
  const optimizer = optim.adam(0.01)(model.parameters());
  const seen = zeros([]) as Tensor;
  let captures = 0;
  const step = compile((x: Tensor, y: Tensor) => {
    captures++;
    const noisy = x.add(random.normal(x.shape, { std: 0.01 }));
    const loss = nn.bceWithLogits(model.forward(noisy as never) as Tensor, y);
    seen.assign(seen.add(loss.detach()));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  });
  let loss: Tensor = zeros([]);
  level(20_000, 2, (i) => {
    const n = i % 3 === 0 ? 3 : 4;
    const inputs = array([0, 0, 0, 1, 1, 0, 1, 1].slice(0, 2 * n)).reshape([n, 2]) as Tensor;
    const targets = array([0, 1, 1, 0].slice(0, n)).reshape([n, 1]) as Tensor;
    loss = step(inputs, targets);
  });
  expect(loss.item()).toBeLessThan(0.1);
  expect(captures).toBe(2);
});

test("a compiled function whose shapes never come twice", () => {
  const body = compile((x: Tensor) => x.mul(2).sum() as Tensor);
  level(4_000, 2, (i) => body(ones([i + 1]) as Tensor).item());
});

test("a running sum of 100,000 additions that nobody reads", () => {
  let total: Tensor = zeros([10]);
  const one = ones([10]);
  level(100_000, 2, () => {
    total = total.add(one);
  });
  expect(total.toArray()).toEqual(new Array(10).fill(100_000));
});

test("an array written in place, and one assigned to, that nobody reads", () => {
  const written = zeros([3]) as Tensor;
  const assigned = array([1, 1], { requiresGrad: true }) as Tensor;
  level(20_000, 2, (i) => {
    written.set([i % 3], i);
    assigned.assign(assigned.mul(1));
  });
  expect(written.toArray()).toEqual([19_998, 19_999, 19_997]);
  expect(assigned.toArray()).toEqual([1, 1]);
});

test("gradients that pile up unread", () => {
  const w = array([1, 2], { requiresGrad: true });
  const batch = ones([64, 2]);
  level(8_000, 2, () => {
    w.mul(batch).mean().backward();
  });
  expect((w.grad as Tensor).toArray()).toEqual([4000, 4000]);
});

test("a state that is carried from step to step, and losses that are kept for later", () => {
  const cell = nn.linear(4, 4);
  const optimizer = optim.sgd(0.01)(cell.parameters());
  let state: Tensor = ones([1, 4]);
  let total: Tensor = zeros([]);
  const losses: Tensor[] = [];
  // Each step has a batch of its own, 64 MB in all, which what is kept must not keep.
  level(2_000, 16, () => {
    const input = array(new Float32Array(8_000)).reshape(2_000, 4).mean(0, { keepdims: true });
    const output = cell.forward(state.add(input) as never).tanh() as Tensor;
    const loss = output.square().sum() as Tensor;
    optimizer.zeroGrad();
    loss.backward();
    total = total.add(loss.detach()) as Tensor;
    losses.push(loss.detach());
    optimizer.step();
    state = output.detach();
  });
  expect(lastRun().computed, "a step computes itself and nothing before it").toBeLessThan(80);
  const sum = losses.reduce((before, loss) => before + (loss.item() as number), 0);
  expect(total.item()).toBeCloseTo(sum, 3);
});

test("evaluation without recording", () => {
  const model = nn.linear(8, 8);
  let x: Tensor = ones([4, 8]);
  level(4_000, 2, () => {
    x = noGrad(() => (model.forward(x as never) as Tensor).tanh());
  });
  expect(x.shape).toEqual([4, 8]);
});
