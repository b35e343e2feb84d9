/**
 * Programs made at random, compiled and not: the same values after every call, wherever the values live. Between the
 * calls tensors are read, written, kept and given new values; whatever was kept must stay what it was.
 */
import { afterEach, expect, test } from "vitest";
import { array, compile, Generator, optim, type Tensor, zeros } from "../../src/index.js";
import { currentTarget, useTarget } from "../../src/tensor/runtime.js";
import { residentDevice } from "./resident-device.js";

const usual = currentTarget();
afterEach(() => useTarget(usual));

/** Whole numbers below n, the same for the same seed. */
function numbers(seed: number): (n: number) => number {
  let state = seed + 1;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

interface World {
  readonly learned: readonly Tensor[];
  readonly plain: readonly Tensor[];
  readonly optimizer: optim.Optimizer;
  readonly generator: Generator;
}

function world(): World {
  const learned = [
    array([1, 2], { requiresGrad: true }),
    array([0.5, -1], { requiresGrad: true }),
  ] as Tensor[];
  const plain = [array([3, 4]), zeros([2]), array([1, -1])] as Tensor[];
  return { learned, plain, optimizer: optim.adam(0.1)(learned), generator: new Generator(9) };
}

type Statement = (at: World, x: Tensor, locals: Tensor[]) => void;

/** A body of a few statements; each picks its tensors among those from outside, the argument and earlier results. */
function bodyOf(seed: number): (at: World, x: Tensor) => unknown {
  const next = numbers(seed);
  const statements = Array.from({ length: 2 + next(5) }, () => statement(next));
  const results = Array.from({ length: 1 + next(3) }, () => next(1000));
  return (at, x) => {
    const locals: Tensor[] = [x];
    for (const run of statements) run(at, x, locals);
    const all = [...locals, ...at.plain, ...at.learned];
    return results.map((i) => all[i % all.length]!);
  };
}

function statement(next: (n: number) => number): Statement {
  const [kind, i, j, k] = [next(10), next(1000), next(1000), next(1000)];
  const pick = (list: readonly Tensor[], n: number): Tensor => list[n % list.length]!;
  const any = ({ learned, plain }: World, locals: readonly Tensor[], n: number): Tensor =>
    pick([...learned, ...plain, ...locals], n);
  const statements: Statement[] = [
    (at, _, locals) =>
      void locals.push(
        any(at, locals, i)
          .mul(any(at, locals, j))
          .clip(-9, 9) as Tensor,
      ),
    (at, _, locals) => void locals.push(any(at, locals, i).add(1).tanh() as Tensor),
    (at, _, locals) => void locals.push(any(at, locals, i).detach()),
    (at, _, locals) => void locals.push(any(at, locals, i).reshape([2]) as Tensor),
    (at, _, locals) => void pick(at.plain, k).assign(any(at, locals, i)),
    (at, _, locals) => void pick(at.plain, k).set([i % 2], any(at, locals, j).detach().sum()),
    (at, _, locals) => void locals.push(at.generator.uniform([2]) as Tensor),
    (at, _, locals) => {
      at.optimizer.zeroGrad();
      pick(at.learned, i)
        .mul(any(at, locals, j))
        .sum()
        .backward();
      at.optimizer.step();
    },
    (at, _, locals) => {
      const w = pick(at.learned, i);
      w.mul(any(at, locals, j))
        .sum()
        .backward();
      w.assign(w.sub(w.grad!.mul(0.1)).detach().clip(-9, 9));
      if (k % 2 === 0) w.grad = null;
    },
    (at, _, locals) => {
      const w = pick(at.learned, i);
      w.requiresGrad = false;
      locals.push(w.mul(2).clip(-9, 9) as Tensor);
      w.requiresGrad = true;
    },
  ];
  return statements[kind]!;
}

/** What somebody may do between two calls; gives what is kept. */
function between(at: World, what: number): Tensor[] {
  const [w, p] = [at.learned[what % 2]!, at.plain[what % 3]!];
  switch (what % 9) {
    case 0:
      return [w.detach(), p.detach()];
    case 1:
      return [w.mul(1), p.reshape(2, 1)] as Tensor[];
    case 2:
      w.assign(p);
      return [];
    case 3:
      p.assign(at.plain[(what + 1) % 3]!);
      return [p.at(":") as Tensor];
    case 4:
      w.dataSync();
      return [];
    case 5:
      at.optimizer.zeroGrad();
      return Object.values(at.optimizer.stateDict());
    case 6:
      return w.grad === null ? [] : [w.grad];
    case 7:
      p.set([0], 0.5);
      return [p.detach()];
    default:
      return [array(w as never) as Tensor, w, p].slice(0, 1);
  }
}

const bits = (tensor: Tensor): string =>
  `${tensor.dtype}${tensor.shape}:${[...(tensor.dataSync() as Float32Array)].map((v) => (Object.is(v, -0) ? "-0" : v))}`;

/** All that can be seen after each call. */
function story(seed: number, compiled: boolean, read: boolean): string[] {
  const next = numbers(seed * 7 + 3);
  const at = world();
  const bodies = [bodyOf(seed), bodyOf(seed + 100_000)].map((body) => {
    const run = (x: Tensor): unknown => body(at, x);
    return compiled ? compile(run) : run;
  });
  const seen: string[] = [];
  const kept: { tensor: Tensor; was: string | undefined }[] = [];
  for (let i = 0; i < 10; i++) {
    const x = array([i % 3, 1 - i]) as Tensor;
    const results = bodies[next(2)]!(next(5) === 0 ? at.plain[0]! : x) as Tensor[];
    kept.push(
      ...results
        .filter((t) => ![...at.learned, ...at.plain].includes(t))
        .map((tensor) => ({ tensor, was: undefined })),
    );
    for (const tensor of between(at, next(1000))) kept.push({ tensor, was: undefined });
    if (!read && i < 9) continue;
    seen.push(results.map(bits).join(" "), [...at.learned, ...at.plain].map(bits).join(" "));
    seen.push(at.learned.map(({ grad }) => (grad === null ? "none" : bits(grad))).join(" "));
    for (const entry of kept) {
      const now = bits(entry.tensor);
      if (entry.was !== undefined && entry.tensor.grad === null) expect(now).toBe(entry.was);
      entry.was = now;
      seen.push(now);
    }
  }
  return [...seen, JSON.stringify(at.generator.getState())];
}

const attempt = (run: () => string[]): string[] | string => {
  try {
    return run();
  } catch (error) {
    return (error as Error).name;
  }
};

test.each([
  ["the current device", false],
  ["the current device", true],
  ["a device that writes in place", false],
  ["a device that writes in place", true],
] as const)(
  "150 programs on %s (read at every call: %s)",
  (name, read) => {
    if (name !== "the current device") useTarget(residentDevice);
    let refused = 0;
    for (let seed = 0; seed < 150; seed++) {
      const expected = attempt(() => story(seed, false, read));
      const found = attempt(() => story(seed, true, read));
      if (found === "CaptureError") refused++;
      else expect(found, `program ${seed}`).toEqual(expected);
    }
    // Histories that would leave the function, mostly.
    expect(refused).toBeLessThan(50);
  },
  120_000,
);
