/** What compiled programs do when something goes wrong: bad values, threads that die, errors of the user's own. */
import type { Worker, WorkerOptions } from "node:worker_threads";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DeviceError, IndexError } from "../../src/errors.js";
import { array, compile, nn, optim, random, setThreads, type Tensor } from "../../src/index.js";
import { openEngine } from "../../src/targets/wasm/engine.js";
import { SYSTEM_PAGE } from "../../src/targets/wasm/system-page.js";
import { held } from "../../src/tensor/tensor.js";

const threads = process.getBuiltinModule("node:worker_threads");
const OriginalWorker = threads.Worker;
/** The workers that were started since the test began. */
const started: Worker[] = [];

/** A word of the system page that nobody uses: a worker ends that finds 1 there when it takes a job. */
const EXIT = 210;
const exits = `if (Atomics.compareExchange(words, ${EXIT}, 1, 0) === 1) process.exit();`;

beforeEach(() => {
  started.length = 0;
  threads.Worker = class extends OriginalWorker {
    constructor(source: string, options: WorkerOptions) {
      super(source.replace("const thread = ", `${exits} const thread = `), options);
      started.push(this);
    }
  };
});

afterEach(() => {
  threads.Worker = OriginalWorker;
  setThreads(2);
});

const BATCH = 200;
const CLASSES = 10;

/** A step of training that takes several threads' work, and what it trains. */
function classifier() {
  random.seed(3);
  const model = nn.sequential(nn.linear(200, 300), nn.relu(), nn.linear(300, CLASSES));
  const optimizer = optim.adam(0.01)(model.parameters());
  const x = random.normal([BATCH, 200]).realize();
  const step = compile((labels: Tensor) => {
    const loss = nn.crossEntropy(model.forward(x) as never, labels as never) as Tensor;
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  });
  const labels = (last = 9) =>
    array([...Array.from({ length: BATCH - 1 }, (_, i) => i % CLASSES), last], { dtype: "int32" })
      .add(array(0, { dtype: "int32" }))
      .realize() as Tensor;
  const weights = () => model.parameters().map((w) => w.toArray());
  return { model, step: (last?: number) => step(labels(last)), weights, parameters: model.parameters() };
}

test.each([1, 2])("a label that is no class leaves the parameters as they were: %i threads", (count) => {
  setThreads(count);
  const { step, weights, parameters } = classifier();
  step();
  step();
  const before = parameters.map((w) => held(w).storage ?? held(w).sources[0]!.storage);
  const first = step().item();
  const after = parameters.map((w) => held(w).storage ?? held(w).sources[0]!.storage);
  expect(
    after.filter((storage, i) => storage === before[i]).length,
    "some are written in place",
  ).toBeGreaterThan(1);
  const known = weights();
  for (const bad of [-11, 10, 1e9]) {
    expect(() => step(bad)).toThrow(IndexError);
    expect(openEngine().words[SYSTEM_PAGE.OVERWRITING / 4]).toBe(0);
    expect(weights()).toEqual(known);
  }
  expect(step().item()).toBeLessThan(first as number);
  expect(openEngine().words[SYSTEM_PAGE.OVERWRITING / 4]).toBe(1);
  expect(weights()).not.toEqual(known);
});

const ENDS: readonly (readonly [string, () => void])[] = [
  ["by terminate()", () => void started.at(-1)!.terminate()],
  ["by process.exit()", () => Atomics.store(openEngine().words, EXIT, 1)],
];

test.each(ENDS)(
  "a worker that ends %s in the middle of a step is an error, and the next step works",
  (_, end) => {
    setThreads(2);
    openEngine().pool.close();
    const { step, weights } = classifier();
    const first = step().item() as number;
    step();
    expect(started).toHaveLength(1);
    for (let i = 0; i < 2; i++) {
      const before = weights();
      const begin = performance.now();
      end();
      expect(() => step()).toThrow(DeviceError);
      expect(performance.now() - begin).toBeLessThan(3000);
      expect(weights()).toEqual(before);
      expect(step().item()).toBeLessThan(first);
    }
    expect(started).toHaveLength(3);
  },
);

test("a failure while parameters are written over says that they are lost, and loading them mends it", () => {
  const { model, step, weights } = classifier();
  step();
  step();
  const saved = model.stateDict();
  const [known, { pool }] = [weights(), openEngine()];
  const { run } = pool;
  pool.run = (...given) => {
    run.apply(pool, given);
    if (openEngine().words[SYSTEM_PAGE.OVERWRITING / 4] === 1) throw new DeviceError("a thread died");
  };
  try {
    expect(() => step()).toThrow(/^a thread died\. It was writing .* load the weights again/);
  } finally {
    pool.run = run;
  }
  model.loadStateDict(saved);
  expect(weights()).toEqual(known);
  expect(Number.isFinite(step().item())).toBe(true);
});

test("two programs in turns, with an error of the user's own in between", () => {
  const [a, b] = [classifier(), classifier()];
  const losses = [a, b].map(({ step }) => step().item());
  for (let i = 0; i < 5; i++) {
    const thrower = compile((x: Tensor) => {
      if (x.size > i) throw new RangeError("mine");
      return x.add(1);
    });
    for (const { step } of [a, b]) {
      step();
      expect(() => thrower(random.normal([100, 3]))).toThrow("mine");
    }
    expect(a.weights()).toEqual(b.weights());
  }
  expect([a, b].every(({ step }, i) => (step().item() as number) < (losses[i] as number))).toBe(true);
  expect(a.weights()).not.toEqual(b.weights().map(() => []));
});
