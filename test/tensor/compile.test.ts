/** compile: the same numbers as without it, errors that leave nothing behind, and snapshots that never change. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  array,
  CaptureError,
  compile,
  Generator,
  GradientError,
  grad,
  IndexError,
  nn,
  noGrad,
  ones,
  optim,
  random,
  setDevice,
  type Tensor,
  where,
  wrapNode,
  zeros,
} from "../../src/index.js";
import { currentTarget, useTarget } from "../../src/tensor/runtime.js";
import { counts, residentDevice } from "./resident-device.js";

const usual = currentTarget();

afterEach(() => useTarget(usual));

/** How often a function's body ran: once a capture. */
function counted<A extends unknown[], R>(
  body: (...args: A) => R,
): { run: (...args: A) => R; times: () => number } {
  let times = 0;
  const run = compile((...args: A) => {
    times++;
    return body(...args);
  });
  return { run: run as (...args: A) => R, times: () => times };
}

const bits = (tensor: Tensor): number[] => [
  ...new Uint8Array((tensor.dataSync() as Float32Array).slice().buffer),
];

const learnable = (values: number[]): Tensor => array(values, { requiresGrad: true }) as Tensor;

const inputs = array([
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]);
const targets = array([[0], [1], [1], [0]]);

function network() {
  random.seed(3);
  return nn.sequential(nn.linear(2, 4), nn.tanh(), nn.linear(4, 1));
}

describe.each(["the current device", "a device that writes in place"])("on %s", (name) => {
  beforeEach(() => {
    if (name !== "the current device") useTarget(residentDevice);
  });

  const optimizers = {
    sgd: optim.sgd(0.5),
    momentum: optim.sgd(0.1, { momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
    dampening: optim.sgd(0.1, { momentum: 0.9, dampening: 0.5 }),
    adam: optim.adam(0.05, { weightDecay: 0.001 }),
  };

  test.each(Object.entries(optimizers))("training with %s is the same to the bit", (_, factory) => {
    const runs = [true, false].map((compiled) => {
      const model = network();
      const optimizer = factory(model.parameters());
      const generator = new Generator(5);
      const body = (x: Tensor, y: Tensor): Tensor => {
        const kept = generator.uniform(x.shape).lt(0.9);
        const noisy = where(kept as Tensor, x, 0) as Tensor;
        const loss = nn.bceWithLogits(model.forward(noisy as never) as Tensor, y);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        return loss;
      };
      const step = compiled ? compile(body) : body;
      const losses: unknown[] = [];
      for (let i = 0; i < 12; i++) {
        if (i === 6) optimizer.lr /= 2;
        // Plain and captured draws come in turns.
        const x = (i % 3 === 0 ? inputs.add(generator.normal([4, 2], { std: 0.1 })) : inputs) as Tensor;
        // And so do plain and captured steps.
        losses.push(bits((i % 4 === 3 ? body : step)(x, targets as Tensor)));
      }
      const state = Object.values(optimizer.stateDict()).map(bits);
      return { losses, weights: model.parameters().map(bits), state, random: generator.getState() };
    });
    expect(runs[0]).toEqual(runs[1]);
  });

  test("Adam's first step needs no capture of its own, and the learning rate none", () => {
    const w = learnable([1, 2]);
    const optimizer = optim.adam(0.1)([w]);
    const { run, times } = counted(() => {
      optimizer.zeroGrad();
      w.square().sum().backward();
      optimizer.step();
    });
    expect(optimizer.stateDict()).toEqual({});
    for (let i = 0; i < 5; i++) {
      optimizer.lr = 0.1 / (i + 1);
      run();
    }
    expect(times()).toBe(1);
    expect(Object.keys(optimizer.stateDict())).toEqual(["0.0", "0.1", "0.2"]);
    expect(optimizer.stateDict()["0.2"]!.item()).toBe(5);
  });

  test("snapshots never change, whichever way they were taken", () => {
    const w = learnable([1, 2]);
    const other = zeros([2]) as Tensor;
    const optimizer = optim.sgd(1, { momentum: 0.5 })([w]);
    const step = compile(() => {
      const before = w.detach();
      optimizer.zeroGrad();
      w.sum().backward();
      optimizer.step();
      return { before, after: w.detach(), same: w.reshape(2, 1) };
    });
    const taken: { what: string; values: () => unknown; expected: unknown }[] = [];
    const take = (what: string, values: () => unknown): void => {
      taken.push({ what, values, expected: JSON.parse(JSON.stringify(values())) });
    };
    for (let i = 0; i < 4; i++) {
      const result = step();
      for (const [key, tensor] of Object.entries(result)) take(key, () => (tensor as Tensor).toArray());
      const ways: Record<string, () => Tensor> = {
        detach: () => w.detach(),
        lazy: () => w.mul(1) as Tensor,
        reshape: () => w.reshape([2]) as Tensor,
        node: () => wrapNode(w.node),
        copy: () => array(w as never) as Tensor,
        assigned: () => other.assign(w).detach(),
        learnable: () => array(w as never, { requiresGrad: true }) as Tensor,
        untracked: () => noGrad(() => w.at(":")) as Tensor,
        gradient: () => w.grad!,
        state: () => optimizer.stateDict()["0.0"]!,
      };
      for (const [what, way] of Object.entries(ways)) {
        step();
        const snapshot = way();
        take(what, () => snapshot.toArray());
        step();
      }
      const live = w.dataSync();
      take("dataSync", () => [...live]);
      const lazy = w.mul(2) as Tensor;
      const expected = [...w.dataSync()].map((value) => value * 2);
      step();
      step();
      expect(lazy.toArray()).toEqual(expected);
      for (const { what, values, expected } of taken) expect(values(), what).toEqual(expected);
    }
  });

  test("what is assigned outside is seen inside, and the other way round", () => {
    const w = learnable([1, 2]);
    const seen = zeros([2]) as Tensor;
    const { run, times } = counted((x: Tensor) => {
      seen.assign(w.mul(x));
    });
    run(array([10, 10]) as Tensor);
    expect(seen.toArray()).toEqual([10, 20]);
    w.assign(array([3, 4]));
    run(array([10, 10]) as Tensor);
    expect(seen.toArray()).toEqual([30, 40]);
    w.assign(w.mul(2).detach());
    run(array([1, 1]).add(0) as Tensor);
    expect(seen.toArray()).toEqual([6, 8]);
    expect(times()).toBe(1);
  });

  test("tensors that trade places, and one that is written twice", () => {
    const [a, b] = [array([1]), array([2])] as [Tensor, Tensor];
    const swap = compile(() => {
      const kept = a.detach();
      a.assign(b);
      b.assign(kept);
    });
    swap();
    expect([a.item(), b.item()]).toEqual([2, 1]);
    swap();
    expect([a.item(), b.item()]).toEqual([1, 2]);
    const twice = compile(() => {
      a.assign(a.add(1));
      b.assign(a);
      a.assign(a.mul(10));
      return a;
    });
    expect(twice()).toBe(a);
    expect([a.item(), b.item()]).toEqual([20, 2]);
    twice();
    expect([a.item(), b.item()]).toEqual([210, 21]);
    // Both hold values of their own from now on.
    compile(() => void a.assign(a.add(1)))();
    expect([a.item(), b.item()]).toEqual([211, 21]);
  });

  test("two tensors that were given one value part ways", () => {
    const [a, b] = [array([0]), array([0])] as [Tensor, Tensor];
    const both = compile((x: Tensor) => {
      const value = x.add(1);
      a.assign(value);
      b.assign(value);
    });
    const bump = compile(() => void a.assign(a.add(1)));
    for (let i = 0; i < 3; i++) {
      both(array([i]) as Tensor);
      bump();
      bump();
      expect([a.item(), b.item()]).toEqual([i + 3, i + 1]);
    }
  });

  test("gradients can be read afterwards, stay what they were, and add up as without compile", () => {
    const w = learnable([1, 2]);
    const { run, times } = counted((x: Tensor) => {
      w.mul(x).sum().backward();
    });
    run(array([1, 2]) as Tensor);
    const first = w.grad!;
    run(array([10, 20]) as Tensor);
    run(array([100, 200]) as Tensor);
    expect(w.grad!.toArray()).toEqual([111, 222]);
    expect(first.toArray()).toEqual([1, 2]);
    expect(times()).toBe(2);
    w.grad = null;
    run(array([5, 6]) as Tensor);
    expect(w.grad!.toArray()).toEqual([5, 6]);
    expect(times()).toBe(2);
  });

  test("backward in one function and the step in another", () => {
    const [w, plain] = [learnable([1, 2]), learnable([1, 2])];
    const backward = compile(() => {
      w.grad = null;
      w.square().sum().backward();
    });
    const optimizer = optim.sgd(0.1)([w]);
    const { run, times } = counted(() => optimizer.step());
    const reference = optim.sgd(0.1)([plain]);
    for (let i = 0; i < 4; i++) {
      backward();
      run();
      reference.zeroGrad();
      plain.square().sum().backward();
      reference.step();
    }
    expect(bits(w)).toEqual(bits(plain));
    expect(times()).toBe(1);
    w.grad = null;
    const before = bits(w);
    run();
    expect(bits(w)).toEqual(before);
  });

  test("labels are looked at before every run", () => {
    const logits = learnable([0, 0, 0]);
    const { run, times } = counted((labels: Tensor) =>
      nn.crossEntropy(logits.reshape(1, 3) as Tensor, labels),
    );
    const label = (value: number): Tensor => array([value], { dtype: "int32" }) as Tensor;
    expect((run(label(2)) as Tensor).item()).toBeCloseTo(Math.log(3), 5);
    expect(() => run(label(3))).toThrow("crossEntropy: label 3 is out of bounds for 3 classes (0 to 2)");
    expect(() => run(label(-1))).toThrow(IndexError);
    expect(() => run(label(2).sub(label(3)) as Tensor).dataSync()).toThrow(IndexError);
    expect((run(label(0)) as Tensor).item()).toBeCloseTo(Math.log(3), 5);
    expect(times()).toBe(1);
  });

  test("a run that fails changes nothing", () => {
    const w = learnable([1, 2, 3]);
    const optimizer = optim.adam(0.1)([w]);
    const step = compile((index: Tensor) => {
      optimizer.zeroGrad();
      w.take(index.mul(array([1], { dtype: "int32" })))
        .sum()
        .backward();
      optimizer.step();
    });
    const index = (value: number): Tensor => array([value], { dtype: "int32" }) as Tensor;
    expect(() => step(index(7))).toThrow(IndexError);
    expect(w.toArray()).toEqual([1, 2, 3]);
    expect(optimizer.stateDict()).toEqual({});
    step(index(1));
    const after = w.toArray();
    expect(() => step(index(7))).toThrow(IndexError);
    expect(w.toArray()).toEqual(after);
    expect(optimizer.stateDict()["0.2"]!.item()).toBe(1);
  });

  test("a step only where a condition holds", () => {
    const w = learnable([1, 2]);
    const optimizer = optim.adam(0.1)([w]);
    const step = compile((x: Tensor) => {
      const loss = w.mul(x).sum();
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step(loss.isFinite());
      return loss;
    });
    step(array([1, 1]) as Tensor);
    const before = [w, ...Object.values(optimizer.stateDict())].map((tensor) => tensor.toArray());
    expect((step(array([Infinity, 1]) as Tensor) as Tensor).item()).toBe(Infinity);
    expect([w, ...Object.values(optimizer.stateDict())].map((tensor) => tensor.toArray())).toEqual(before);
  });

  test("a state that is loaded is gone on from", () => {
    const losses = (compiled: boolean): unknown => {
      const w = learnable([1, 2]);
      const optimizer = optim.sgd(0.1, { momentum: 0.9, dampening: 0.1 })([w]);
      const body = (): void => {
        optimizer.zeroGrad();
        w.square().sum().backward();
        optimizer.step();
      };
      const step = compiled ? compile(body) : body;
      step();
      const [state, value] = [optimizer.stateDict(), w.detach()];
      step();
      step();
      const after = w.toArray();
      optimizer.loadStateDict(state);
      w.assign(value);
      step();
      step();
      expect(w.toArray()).toEqual(after);
      optimizer.loadStateDict({});
      expect(optimizer.stateDict()).toEqual({});
      w.assign(value);
      step();
      step();
      return [after, w.toArray()];
    };
    expect(losses(true)).toEqual(losses(false));
  });

  test("two functions in turns, on the same tensors", () => {
    const runs = [true, false].map((compiled) => {
      const w = learnable([1, 2]);
      const optimizer = optim.adam(0.1)([w]);
      const bodies = [
        (x: Tensor): void => {
          optimizer.zeroGrad();
          w.mul(x).sum().backward();
          optimizer.step();
        },
        (): void => {
          w.assign(w.mul(0.9).detach());
        },
      ] as const;
      const [learn, decay] = compiled ? [compile(bodies[0]), compile(bodies[1])] : bodies;
      for (let i = 0; i < 5; i++) {
        learn(array([i, 1]) as Tensor);
        decay();
      }
      return bits(w);
    });
    expect(runs[0]).toEqual(runs[1]);
  });
});

describe("what is written in place", () => {
  beforeEach(() => {
    useTarget(residentDevice);
    Object.assign(counts, { overwritten: 0, renewed: 0, programs: 0, runs: 0 });
  });

  test("all that one tensor alone holds, from the second step on", () => {
    const model = network();
    const optimizer = optim.adam(0.1)(model.parameters());
    const step = compile((x: Tensor, y: Tensor) => {
      const loss = nn.mse(model.forward(x as never) as Tensor, y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      optimizer.zeroGrad();
      return loss;
    });
    for (let i = 0; i < 5; i++) step(inputs as Tensor, targets as Tensor).item();
    // Four parameters with three pieces of state each.
    expect(counts).toEqual({ overwritten: 4 * 16, renewed: 0, programs: 1, runs: 5 });
    const weight = model.parameters()[0]!;
    const leaf = weight.detach();
    const expected = leaf.toArray();
    step(inputs as Tensor, targets as Tensor);
    expect(counts.overwritten).toBe(4 * 16 + 15);
    step(inputs as Tensor, targets as Tensor);
    expect(counts.overwritten).toBe(4 * 16 + 15 + 16);
    expect(leaf.toArray()).toEqual(expected);
  });

  test("reading values does not lend what lives on a device", () => {
    const w = learnable([1]);
    const step = compile(() => void w.assign(w.add(1).detach()));
    step();
    for (let i = 0; i < 3; i++) {
      expect(w.item()).toBe(2 + i);
      step();
    }
    expect(counts.overwritten).toBe(3);
  });
});

describe("when it is captured anew", () => {
  test("for other shapes, dtypes and plain values, and not for what was there before", () => {
    const { run, times } = counted((x: Tensor, power: number, _mode?: string) => x.pow(power) as Tensor);
    const lengths = [2, 3, 2, 3, 4, 2];
    for (const n of lengths)
      expect(run(ones([n]).mul(2) as Tensor, 2).toArray()).toEqual(new Array(n).fill(4));
    expect(times()).toBe(3);
    expect(run(array([2, 3]) as Tensor, 3).toArray()).toEqual([8, 27]);
    run(array([2, 3], { dtype: "float64" }) as Tensor, 3);
    run(array([2, 3], { dtype: "float64" }) as Tensor, 3, "fast");
    expect(times()).toBe(6);
    run(learnable([1, 2]), 2);
    expect(times()).toBe(7);
    noGrad(() => run(learnable([1, 2]), 2));
    expect(times()).toBe(8);
  });

  test("keeps eight captures, the last used", () => {
    const { run, times } = counted((x: Tensor) => x.sum() as Tensor);
    for (let n = 1; n <= 20; n++) run(ones([n]) as Tensor);
    expect(times()).toBe(20);
    for (let n = 13; n <= 20; n++) run(ones([n]) as Tensor);
    expect(times()).toBe(20);
    run(ones([12]) as Tensor);
    expect(times()).toBe(21);
  });

  test("for a module that was told whether it learns", () => {
    class Net extends nn.Module {
      forward(x: Tensor): Tensor {
        return this.training ? (x.mul(2) as Tensor) : x;
      }
    }
    const model = new Net();
    const { run, times } = counted((x: Tensor) => model.forward(x));
    const x = array([1]) as Tensor;
    expect([run(x).item(), run(x).item()]).toEqual([2, 2]);
    model.eval();
    expect(run(x).item()).toBe(1);
    model.train();
    expect(run(x).item()).toBe(2);
    expect(times()).toBe(2);
  });

  test("for arguments that are the same tensor, or one that the function knows", () => {
    const w = learnable([3]);
    const body = (a: Tensor, b: Tensor): Tensor => {
      w.grad = null;
      a.mul(b).add(w.mul(10)).sum().backward();
      return w.grad!;
    };
    const f = compile(body);
    const cases = [
      [w, w],
      [w, learnable([5])],
      [learnable([5]), w],
      [learnable([7]), learnable([5])],
      [w, w],
    ] as const;
    for (const [a, b] of cases) {
      const expected = body(a, b).toArray();
      a.grad = null;
      b.grad = null;
      expect(f(a, b).toArray()).toEqual(expected);
    }
    const x = array([4]) as Tensor;
    const write = compile((a: Tensor, b: Tensor) => {
      a.assign(a.add(1));
      return b.mul(1) as Tensor;
    });
    expect(write(x, array([0]) as Tensor).item()).toBe(0);
    expect(write(x, x).item()).toBe(6);
    expect(write(x, x).item()).toBe(7);
  });
});

describe("arguments and results", () => {
  test("are lists and records of tensors and plain values", () => {
    const { run, times } = counted(
      (params: { w: Tensor; b: Tensor[] }, flags: { on: boolean; name: null }) => ({
        sum: params.w.add(params.b[0]!) as Tensor,
        parts: [params.b[1]!, 5, "text", undefined] as const,
        flags,
      }),
    );
    const call = (n: number) =>
      run(
        { w: array([n]) as Tensor, b: [array([n + 1]), array([n + 2])] as Tensor[] },
        { on: true, name: null },
      );
    for (const n of [1, 2, 3]) {
      const { sum, parts, flags } = call(n);
      expect(sum.item()).toBe(2 * n + 1);
      expect((parts[0] as Tensor).item()).toBe(n + 2);
      expect(parts.slice(1)).toEqual([5, "text", undefined]);
      expect(flags).toEqual({ on: true, name: null });
    }
    expect(times()).toBe(1);
  });

  test("a tensor that is handed through is that tensor", () => {
    const w = learnable([1]);
    const f = compile((x: Tensor) => [x, w, x.add(w)] as const);
    const x = array([2]) as Tensor;
    for (let i = 0; i < 2; i++) {
      const [a, b, c] = f(x);
      expect(a).toBe(x);
      expect(b).toBe(w);
      expect((c as Tensor).item()).toBe(3);
      expect((c as Tensor).requiresGrad).toBe(false);
    }
  });

  test("results are new at each call, and the same one twice is one", () => {
    const f = compile((x: Tensor) => {
      const y = x.mul(2) as Tensor;
      return [y, y, y.detach(), zeros([1])] as const;
    });
    const first = f(array([1]) as Tensor);
    const second = f(array([2]) as Tensor);
    expect(first.map((t) => t.item())).toEqual([2, 2, 2, 0]);
    expect(second.map((t) => t.item())).toEqual([4, 4, 4, 0]);
    expect(first[0]).toBe(first[1]);
    expect(first[0]).not.toBe(second[0]);
  });

  test("a tensor to learn that was made inside is one outside, with its gradient", () => {
    const f = compile((x: Tensor) => {
      const w = array(x as never, { requiresGrad: true }) as Tensor;
      w.square().sum().backward();
      return w;
    });
    for (const n of [3, 4]) {
      const w = f(array([n]) as Tensor);
      expect(w.requiresGrad).toBe(true);
      expect(w.grad!.item()).toBe(2 * n);
      w.mul(5).sum().backward();
      expect(w.grad!.item()).toBe(2 * n + 5);
    }
  });

  test("arguments that learn get their gradient, and may be written", () => {
    const step = compile((w: Tensor, x: Tensor) => {
      w.grad = null;
      w.mul(x).sum().backward();
      w.assign(w.sub(w.grad!).detach());
    });
    for (const n of [1, 2]) {
      const w = learnable([10]);
      step(w, array([n]) as Tensor);
      expect(w.grad!.item()).toBe(n);
      expect(w.item()).toBe(10 - n);
      expect(w.requiresGrad).toBe(true);
    }
  });

  test("compiled functions inside compiled functions, and derivatives of them", () => {
    const square = compile((x: Tensor) => x.mul(x) as Tensor);
    const f = compile((x: Tensor) => square(x).sum() as Tensor);
    expect(f(array([1, 2]) as Tensor).item()).toBe(5);
    const df = compile((x: Tensor) => grad((v: Tensor) => v.pow(3).sum() as Tensor)(x));
    for (let i = 0; i < 2; i++) expect(df(array([1, 2]) as Tensor).toArray()).toEqual([3, 12]);
  });

  test("a seed that is set inside is set at each call", () => {
    const f = compile(() => {
      random.seed(42);
      return random.uniform([2]) as Tensor;
    });
    const first = f().toArray();
    random.uniform([5]);
    expect(f().toArray()).toEqual(first);
    expect(random.getState()).toEqual({ seed: 42, draws: 1 });
  });
});

describe("what cannot be captured", () => {
  const reads: Record<string, (x: Tensor) => unknown> = {
    item: (x) => x.sum().item(),
    data: (x) => x.data(),
    dataSync: (x) => x.dataSync(),
    toArray: (x) => x.toArray(),
    toString: (x: Tensor) => (`${x}` === "" ? x : x),
    repr: (x) => x.repr(),
    nonzero: (x) => x.nonzero(),
    "index of booleans": (x) => x.at(x.gt(0) as Tensor),
    "random.getState": () => random.getState().seed,
    setDevice: () => setDevice("interpreter"),
  };

  test.each(Object.entries(reads))("%s in the middle", (name, body) => {
    const f = compile((x: Tensor) => body(x) as Tensor);
    expect(() => f(array([1, 2]) as Tensor)).toThrow(CaptureError);
    expect(() => f(array([1, 2]) as Tensor)).toThrow(name);
  });

  test("a comparison as JavaScript's", () => {
    const f = compile((x: Tensor) => ((x as unknown as number) > 0 ? x : x.neg()));
    expect(() => f(array([1]) as Tensor)).toThrow("where(condition, a, b)");
  });

  test("asynchronous functions, odd arguments and odd results", () => {
    expect(() => compile(async (x: Tensor) => x)(array([1]) as Tensor)).toThrow("asynchronous");
    expect(() => compile((x: Float32Array) => x.length)(new Float32Array(2))).toThrow("array(...)");
    expect(() => compile((x: Tensor) => new Map([["x", x]]))(array([1]) as Tensor)).toThrow("returned a Map");
    expect(() => compile((x: Tensor) => () => x)(array([1]) as Tensor)).toThrow("returned a function");
    expect(() => compile(5 as never)).toThrow(CaptureError);
  });

  test("tensors whose history lies outside, or would be lost outside", () => {
    const w = learnable([1, 2]);
    const derived = w.mul(2) as Tensor;
    expect(() => compile(() => derived.sum())()).toThrow(CaptureError);
    expect((noGrad(() => compile(() => derived.sum())()) as Tensor).item()).toBe(6);
    const plain = zeros([2]) as Tensor;
    expect(() => compile(() => void plain.set([0], w.sum()))()).toThrow(CaptureError);
    expect(plain.toArray()).toEqual([0, 0]);
    expect(derived.requiresGrad).toBe(true);
    expect(() => (compile(() => w.sum())() as Tensor).backward()).toThrow(GradientError);
  });

  test("a tensor that was kept and not returned says so when it is read", () => {
    let kept: Tensor | undefined;
    compile((x: Tensor) => {
      kept = x.add(1) as Tensor;
    })(array([1]) as Tensor);
    expect(() => kept!.item()).toThrow("did not return it");
    expect(() => compile(() => kept!.mul(2))()).toThrow(CaptureError);
  });

  test("an error inside leaves everything as it was, and the next call works", () => {
    const w = learnable([1, 2]);
    w.grad = array([7, 7]) as Tensor;
    const before = w.grad;
    const optimizer = optim.adam(0.1)([w]);
    const generator = new Generator(1);
    const pending = w.sum();
    pending.backward();
    let fail = true;
    const step = compile(() => {
      generator.uniform([2]);
      optimizer.zeroGrad();
      w.square().sum().backward();
      optimizer.step();
      w.requiresGrad = false;
      if (fail) throw new RangeError("mine");
      w.requiresGrad = true;
    });
    const [values, gradient] = [w.toArray(), w.grad!.toArray()];
    expect(() => step()).toThrow(RangeError);
    expect(w.toArray()).toEqual(values);
    expect(w.grad!.toArray()).toEqual(gradient);
    expect(before!.toArray()).toEqual([7, 7]);
    expect(w.requiresGrad).toBe(true);
    expect(generator.getState().draws).toBe(0);
    expect(optimizer.stateDict()).toEqual({});
    expect(w.mul(2).toArray()).toEqual([2, 4]);
    fail = false;
    step();
    expect(w.toArray()).not.toEqual(values);
    expect(generator.getState().draws).toBe(1);
  });
});

describe("gradients that nobody has looked at", () => {
  beforeEach(() => useTarget(residentDevice));

  /** y = sum of w x^2 / 2 and its derivative by w, which is left in w.grad. */
  function setup() {
    const w = learnable([1, 2, 3]);
    const step = compile((x: Tensor) => {
      w.grad = null;
      const loss = w.mul(x.square()).sum().mul(0.5);
      loss.backward();
      return loss;
    });
    const call = (n: number): number => {
      counts.renewed = 0;
      step(array([n, n, n]) as Tensor);
      return counts.renewed;
    };
    return { w, call, step };
  }

  test("are renewed where they are", () => {
    const { w, call } = setup();
    expect([call(1), call(2), call(3)]).toEqual([0, 1, 1]);
    expect(w.grad!.toArray()).toEqual([4.5, 4.5, 4.5]);
  });

  test("stay what they were as soon as somebody has one", () => {
    const { w, call } = setup();
    call(1);
    call(2);
    const second = w.grad!;
    const product = second.mul(10) as Tensor;
    expect([call(3), call(4)]).toEqual([0, 1]);
    expect(second.toArray()).toEqual([2, 2, 2]);
    expect(product.toArray()).toEqual([20, 20, 20]);
    expect(w.grad!.toArray()).toEqual([8, 8, 8]);
  });

  test("stay what they were where another compiled function uses or returns them", () => {
    const { w, call } = setup();
    const [read, give] = [compile(() => w.grad!.mul(2)), compile(() => w.grad!)];
    call(2);
    const [doubled, given] = [read(), give()];
    expect(call(4)).toBe(0);
    expect([doubled.toArray(), given.toArray()]).toEqual([
      [4, 4, 4],
      [2, 2, 2],
    ]);
  });

  test("are not renewed when they add up, nor when they are results too", () => {
    const w = learnable([1, 2]);
    const piling = compile((x: Tensor) => w.mul(x).sum().backward());
    const telling = compile((x: Tensor) => {
      w.grad = null;
      w.mul(x).sum().backward();
      return w.grad!;
    });
    counts.renewed = 0;
    for (let i = 0; i < 3; i++) piling(array([1, 2]) as Tensor);
    expect(w.grad!.toArray()).toEqual([3, 6]);
    const told = [1, 2, 3].map((n) => telling(array([n, n]) as Tensor));
    expect(told.map((g) => g.toArray())).toEqual([1, 2, 3].map((n) => [n, n]));
    expect(counts.renewed).toBe(0);
  });

  test("an error changes none of them", () => {
    const { w, call, step } = setup();
    call(2);
    const device = currentTarget();
    expect(() => step(array([1, 2]) as Tensor)).toThrow();
    useTarget(device);
    expect(w.grad!.toArray()).toEqual([2, 2, 2]);
  });
});
