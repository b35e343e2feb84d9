/** Checkpointing gives the same values and derivatives, and holds less on the way. */
import { expect, test } from "vitest";
import { array, checkpoint, grad, lastRun, random, realize, type Tensor } from "../../src/index.js";

const WIDTH = 32;
const BLOCKS = 8;
const LAYERS = 6;

/** A deep stack of tanh layers, each block of it wrapped (or not). */
function stack(weights: readonly Tensor[], wrap: (f: (x: Tensor, ...w: Tensor[]) => Tensor) => typeof f) {
  return (x: Tensor): Tensor => {
    let h = x;
    for (let block = 0; block < BLOCKS; block++) {
      const own = weights.slice(block * LAYERS, (block + 1) * LAYERS);
      const run = wrap((input, ...w) =>
        w.reduce((value, weight) => value.matmul(weight).tanh() as Tensor, input),
      );
      h = run(h, ...own);
    }
    return h.square().sum() as Tensor;
  };
}

function learn(wrap: Parameters<typeof stack>[1]): { loss: number; grads: string[]; peak: number } {
  random.seed(5);
  const weights = Array.from({ length: BLOCKS * LAYERS }, () => {
    const w = random.normal([WIDTH, WIDTH], { std: 0.2 }).realize() as Tensor;
    w.requiresGrad = true;
    return w;
  });
  const x = random.normal([256, WIDTH]).realize() as Tensor;
  const loss = stack(weights, wrap)(x);
  loss.backward();
  realize([loss, ...weights.map((w) => w.grad!)]);
  return {
    loss: loss.item() as number,
    grads: weights.map((w) => String(w.grad)),
    peak: lastRun().peakBytes,
  };
}

test("the same loss and derivatives to the bit, with less than half the memory", () => {
  const plain = learn((f) => f);
  const saved = learn((f) => checkpoint(f));
  expect(saved.loss).toBe(plain.loss);
  expect(saved.grads).toEqual(plain.grads);
  expect(saved.peak).toBeLessThan(plain.peak / 2);
});

test("parameters that the function closes over get their derivatives", () => {
  const w = random.normal([3, 3], { dtype: "float64" }).realize() as Tensor;
  w.requiresGrad = true;
  const x = random.normal([2, 3], { dtype: "float64" }).realize() as Tensor;
  const f = (input: Tensor): Tensor => input.matmul(w).sin() as Tensor;
  f(x).sum().backward();
  const expected = String(w.grad);
  w.grad = null;
  checkpoint(f)(x).sum().backward();
  expect(String(w.grad)).toBe(expected);
});

test("second derivatives go through", () => {
  const f = (x: Tensor): Tensor => x.mul(x).mul(x).sin() as Tensor;
  const second = (g: typeof f): string =>
    String(
      grad((x: Tensor) => grad((y: Tensor) => g(y).sum() as Tensor)(x).sum() as Tensor)(
        random.uniform([4], { dtype: "float64" }) as Tensor,
      ),
    );
  random.seed(1);
  const plain = second(f);
  random.seed(1);
  expect(second(checkpoint(f))).toBe(plain);
});

test("one tensor given as two arguments, beside a parameter from outside", () => {
  const w = array([10, 20], { requiresGrad: true }) as Tensor;
  const x = array([1, 2], { requiresGrad: true }) as Tensor;
  checkpoint((a: Tensor, b: Tensor) => a.mul(b).mul(w).sum() as Tensor)(x, x).backward();
  expect(String(x.grad)).toBe("[20. 80.]");
  expect(String(w.grad)).toBe("[1. 4.]");
});
