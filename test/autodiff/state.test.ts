/** Derivatives in the middle of reading, writing, nesting and failing. */
import { describe, expect, test } from "vitest";
import {
  array,
  checkpoint,
  customGradient,
  grad,
  hessian,
  jacobian,
  jvp,
  lastRun,
  nn,
  noGrad,
  optim,
  pow,
  random,
  realize,
  type Tensor,
  takePendingLosses,
  valueAndGrad,
  vjp,
} from "../../src/index.js";

const learned = (...values: number[]): Tensor => array(values, { requiresGrad: true }) as Tensor;
const listed = (x: Tensor | null): unknown => x?.toArray() ?? null;

describe("grad and its kin inside noGrad", () => {
  const cube = (x: Tensor): Tensor => pow(x, 3).sum() as Tensor;

  test("differentiate all the same", () => {
    noGrad(() => {
      expect(listed(grad(cube)(array([2])))).toEqual([12]);
      expect(listed(valueAndGrad(cube)(array([2]))[1])).toEqual([12]);
      expect(listed(vjp(cube, array([2]))[1](array(1) as Tensor)[0])).toEqual([12]);
      expect(listed(jvp(cube, array([2]), array([1]))[1])).toEqual(12);
      expect(listed(jacobian((x) => x.square())(array([3])))).toEqual([[6]]);
      expect(listed(hessian(cube)(array([2])))).toEqual([[12]]);
    });
  });

  test("and their results have no history there", () => {
    const w = learned(2);
    expect(noGrad(() => grad(cube)(w)).requiresGrad).toBe(false);
    expect(grad(cube)(w).requiresGrad).toBe(true);
  });

  test("noGrad inside a function still hides what it computes", () => {
    expect(listed(grad((x: Tensor) => x.mul(noGrad(() => x.mul(2))).sum())(array([3])))).toEqual([6]);
  });

  test("recording goes on after an exception, and a failed derivative leaves nothing behind", () => {
    const fail = (): never => {
      throw new Error("mine");
    };
    expect(() => noGrad(() => noGrad(fail))).toThrow("mine");
    expect(() => noGrad(() => grad((_: Tensor): Tensor => fail())(array([1])))).toThrow("mine");
    const w = learned(1);
    const bad = customGradient((x: Tensor) => x.mul(2), fail);
    expect(() => (bad(w).sum() as Tensor).backward()).toThrow("mine");
    expect(w.grad).toBeNull();
    (w.mul(5).sum() as Tensor).backward();
    expect(listed(w.grad)).toEqual([5]);
  });
});

describe("leaves", () => {
  test("two of equal values have gradients of their own", () => {
    const [a, b] = [learned(1, 2), learned(1, 2)];
    (a.mul(3).add(b.mul(5)).sum() as Tensor).backward();
    expect([listed(a.grad), listed(b.grad)]).toEqual([
      [3, 3],
      [5, 5],
    ]);
  });

  test("one made of another is a leaf of its own", () => {
    const w = learned(1, 2);
    const copy = array(w, { requiresGrad: true }) as Tensor;
    (copy.mul(3).sum() as Tensor).backward();
    expect([listed(w.grad), listed(copy.grad)]).toEqual([null, [3, 3]]);
  });

  test("one that is read between two uses gets the derivatives of both", () => {
    const w = array([1, 2]).add(1) as Tensor;
    w.requiresGrad = true;
    const before = w.square().sum() as Tensor;
    expect(listed(w)).toEqual([2, 3]);
    (before.add(w.sum()) as Tensor).backward();
    expect(listed(w.grad)).toEqual([5, 7]);
  });

  test("backward twice adds up, also after reading", () => {
    const w = learned(1, 2);
    const loss = w.square().sum() as Tensor;
    loss.backward();
    loss.item();
    loss.backward();
    loss.backward();
    expect(listed(w.grad)).toEqual([6, 12]);
  });

  test("a write under noGrad does not change what was computed before it", () => {
    const w = learned(1, 2);
    const old = w.square().sum() as Tensor;
    noGrad(() => w.set([0], 10));
    old.backward();
    expect(listed(w.grad)).toEqual([2, 4]);
    w.grad = null;
    (w.square().sum() as Tensor).backward();
    expect(listed(w.grad)).toEqual([20, 4]);
    expect(old.item()).toBe(5);
  });
});

describe("second derivatives", () => {
  test("of a power at 0 with an exponent of 0 are 0, not NaN", () => {
    const exponents = array(Float64Array.of(0, 1, 2, 3));
    const f = (x: Tensor): Tensor => pow(x, exponents).sum() as Tensor;
    const at = array(new Float64Array(4)) as Tensor;
    expect(listed(grad(f)(at))).toEqual([0, 1, 0, 0]);
    expect(listed(grad((x: Tensor) => grad(f)(x).sum())(at))).toEqual([0, 0, 2, 0]);
  });

  test("go through a user's own derivative and through checkpoints", () => {
    const tenfold = customGradient(
      (x: Tensor) => x.square() as Tensor,
      (g, x) => [g.mul(x).mul(10) as Tensor],
    );
    const twice = (f: (x: Tensor) => Tensor): unknown =>
      listed(hessian((x: Tensor) => f(x).sum() as Tensor)(array(Float64Array.of(0.5, 0.25)) as Tensor));
    expect(twice(tenfold)).toEqual([
      [10, 0],
      [0, 10],
    ]);
    const plain = (x: Tensor): Tensor => x.mul(x).tanh().mul(x) as Tensor;
    expect(twice(checkpoint(plain))).toEqual(twice(plain));
  });
});

describe("what a step computes along", () => {
  test("the last losses that nobody read, each once, and what was detached", () => {
    takePendingLosses();
    const losses = [1, 2, 3].map((value) => learned(value).square().sum() as Tensor);
    for (const loss of losses) loss.backward();
    losses[1]!.item();
    const cut = learned(1).mul(2).detach();
    expect(takePendingLosses()).toEqual([losses[0], losses[2], cut]);
    expect(takePendingLosses()).toEqual([]);
  });

  test("gradients of several passes, however many", () => {
    const layer = nn.linear(2, 1, { bias: false });
    layer.weight.assign(array([[1, 1]]));
    const optimizer = optim.sgd(0.5)(layer.parameters());
    for (let i = 0; i < 10; i++) (layer.forward(array([[1, i]])).sum() as Tensor).backward();
    expect(listed(layer.weight.grad)).toEqual([[10, 45]]);
    optimizer.step();
    expect(listed(layer.weight)).toEqual([[-4, -21.5]]);
  });
});

test("updates by hand on a deep network are not computed one by one", () => {
  random.seed(3);
  const weights = Array.from({ length: 40 }, () => {
    const w = random.normal([4, 4]).realize() as Tensor;
    w.requiresGrad = true;
    return w;
  });
  const x = random.normal([2, 4]).realize() as Tensor;
  const loss = weights.reduce((h, w) => h.matmul(w).tanh() as Tensor, x).sum();
  loss.backward();
  const updated = noGrad(() => weights.map((w) => w.sub(w.grad!.mul(0.1))));
  expect(updated.every(({ node }) => node.storage === undefined)).toBe(true);
  realize(updated);
  // Forward, backward and updates once: about 15 nodes a layer, not that many for each of 40 layers.
  expect(lastRun().computed).toBeLessThan(40 * 30);
});

test("a value that is held is computed at most twice, however often it is used", () => {
  const a = random.uniform([8, 8]).realize() as Tensor;
  const h = a.matmul(a).exp();
  h.sum().item();
  h.max().item();
  h.min().item();
  expect(lastRun().computed).toBeLessThanOrEqual(1);
});

test("roots have the slope 0 where they are 0", () => {
  const x = array([2, 2, 2], { requiresGrad: true }) as Tensor;
  x.std().backward();
  expect(listed(x.grad)).toEqual([0, 0, 0]);
  const zero = array([0, 0], { requiresGrad: true }) as Tensor;
  zero.norm(3).backward();
  expect(listed(zero.grad)).toEqual([0, 0]);
});

test("turning derivatives on and off makes no chain", () => {
  const w = learned(1, 2);
  for (let i = 0; i < 100; i++) w.requiresGrad = i % 2 === 1;
  expect(w.node.sources[0]!.op).toBe("buffer");
});

test("in noGrad, set does not silently take derivatives away", () => {
  const y = learned(1, 2).mul(2) as Tensor;
  expect(() => noGrad(() => y.set([0], 0))).toThrow(/detach/);
});

test("a derivative of one's own that returns nonsense is named", () => {
  const f = customGradient(
    (x: Tensor) => x,
    () => 3 as never,
  );
  expect(() => f(learned(1)).sum().backward()).toThrow(/list of 1 cotangents/);
});
