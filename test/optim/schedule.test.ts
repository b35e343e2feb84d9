/** Schedules against PyTorch's numbers, their state as JSON, and what they refuse. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  array,
  CaptureError,
  compile,
  FormatError,
  optim,
  type Tensor,
  ValueError,
} from "../../src/index.js";

/** A schedule as a record; see test/reference/schedule_goldens.py. */
interface Spec {
  readonly name: string;
  readonly options?: object;
  readonly function?: string | readonly string[];
  readonly schedules?: readonly Spec[];
  readonly milestones?: readonly number[];
}

interface Case {
  readonly id: string;
  readonly schedule: Spec;
  readonly optimizer: "sgd" | "adam";
  readonly lrs: readonly number[];
  readonly momentum: number;
  readonly metrics?: readonly number[];
  readonly rows: readonly (readonly number[])[];
}

const { cases } = JSON.parse(readFileSync(new URL("schedule.golden.json", import.meta.url), "utf8")) as {
  cases: readonly Case[];
};

const functions: Record<string, (t: number) => number> = {
  inverse: (t) => 1 / (1 + t),
  wave: (t) => 1.5 + Math.sin(t / 3),
  falling: (t) => (t < 20 ? 0.95 : 0.99),
};

type Maker = (...args: unknown[]) => optim.ScheduleFactory;

function factoryOf({ name, options, function: which, schedules, milestones }: Spec): optim.ScheduleFactory {
  const make = (optim as unknown as Record<string, Maker>)[name]!;
  if (which !== undefined)
    return make(typeof which === "string" ? functions[which] : which.map((word) => functions[word]));
  if (schedules === undefined) return make(options);
  const parts = schedules.map(factoryOf);
  return milestones === undefined ? make(parts) : make(parts, milestones);
}

const parameter = (): Tensor => array([1], { requiresGrad: true }) as Tensor;

function begin({ schedule, optimizer: kind, lrs, momentum }: Case) {
  const groups = lrs.map((lr) => ({ params: [parameter()], lr }));
  const factory: optim.OptimizerFactory = kind === "adam" ? optim.adam() : optim.sgd(0.1, { momentum });
  const optimizer = factory(groups);
  return { optimizer, schedule: factoryOf(schedule)(optimizer) };
}

const rowOf = ({ groups }: optim.Optimizer, columns: number): number[] =>
  [...groups.map(({ lr }) => lr), ...groups.map(({ momentum }) => momentum!)].slice(0, columns);

const near = (got: number, want: number): boolean => Math.abs(got - want) <= 1e-12 * Math.abs(want);

/** One group of SGD, for what is not about the numbers. */
const one = (lr = 1): optim.Optimizer => optim.sgd(lr)([parameter()]);

describe("the learning rates and momenta of PyTorch", () => {
  test.each(cases)("$id", (item) => {
    const { optimizer, schedule } = begin(item);
    const wrong: unknown[] = [];
    for (const [t, expected] of item.rows.entries()) {
      if (t > 0) schedule.step(item.metrics?.[t - 1]);
      const found = rowOf(optimizer, expected.length);
      if (!found.every((value, i) => near(value, expected[i]!))) wrong.push({ t, found, expected });
      expect(schedule.lastLr).toEqual(optimizer.groups.map(({ lr }) => lr));
      expect(schedule.lastEpoch).toBe(t);
    }
    expect(item.rows.length).toBeGreaterThan(30);
    expect(wrong).toEqual([]);
  });
});

describe("a state that went through JSON goes on to the same bits", () => {
  test.each(cases)("$id", (item) => {
    const { optimizer, schedule } = begin(item);
    const later = begin(item);
    for (let t = 1; t < item.rows.length; t++) {
      schedule.step(item.metrics?.[t - 1]);
      if (t % 5 === 1) later.schedule.loadStateDict(JSON.parse(JSON.stringify(schedule.stateDict())));
      else later.schedule.step(item.metrics?.[t - 1]);
      const columns = item.rows[t]!.length;
      expect(rowOf(later.optimizer, columns)).toEqual(rowOf(optimizer, columns));
      expect(later.schedule.stateDict()).toEqual(schedule.stateDict());
    }
  });
});

describe("with a compiled step", () => {
  /** Training with a schedule: the weights' bits after each step, and how often the step was captured. */
  function train(make: (p: Tensor) => optim.Optimizer, factory: optim.ScheduleFactory, compiled: boolean) {
    const p = array([1, -2, 3], { requiresGrad: true }) as Tensor;
    const optimizer = make(p);
    const schedule = factory(optimizer);
    let captures = 0;
    const body = (): void => {
      captures++;
      optimizer.zeroGrad();
      p.pow(4).sum().backward();
      optimizer.step();
    };
    const step = compiled ? compile(body) : body;
    const path = Array.from({ length: 8 }, () => {
      step();
      schedule.step(1);
      return p.toArray();
    });
    return { path, captures };
  }

  const makers: Record<string, (p: Tensor) => optim.Optimizer> = {
    sgd: (p) => optim.sgd(0.01, { momentum: 0.9, nesterov: true })([p]),
    adam: (p) => optim.adam(0.1)([p]),
    adamw: (p) => optim.adamw(0.1)([p]),
    nadam: (p) => optim.nadam(0.1)([p]),
    rmsprop: (p) => optim.rmsprop(0.1, { momentum: 0.5 })([p]),
    lion: (p) => optim.lion(0.1)([p]),
  };

  test.each(Object.entries(makers))(
    "learning rate and momentum of %s move without a new capture",
    (_, make) => {
      const oneCycle = optim.oneCycleLR({ maxLr: 0.05, totalSteps: 8 });
      const [plain, compiled] = [train(make, oneCycle, false), train(make, oneCycle, true)];
      expect(compiled.captures).toBe(1);
      expect(compiled.path).toEqual(plain.path);
      expect(compiled.path).not.toEqual(train(make, optim.constantLR({ factor: 1 }), true).path);
    },
  );

  test("a momentum that begins to move later is captured once more", () => {
    const p = parameter();
    const optimizer = optim.sgd(0.1, { momentum: 0.5 })([p]);
    let captures = 0;
    const step = compile(() => {
      captures++;
      optimizer.zeroGrad();
      p.sum().backward();
      optimizer.step();
    });
    step();
    step();
    expect(captures).toBe(1);
    for (const momentum of [0, 1, 2]) {
      optimizer.groups[0]!.momentum = momentum;
      step();
    }
    expect(captures).toBe(2);
    // 1 - 0.1 (1 + 1.5 + 1 + 2 + 5)
    expect(p.item()).toBeCloseTo(-0.05, 6);
  });

  test("a schedule's step inside is refused", () => {
    const schedule = optim.exponentialLR({ gamma: 0.5 })(one());
    expect(() => compile(() => schedule.step())()).toThrow(CaptureError);
    expect(schedule.lastEpoch).toBe(0);
  });
});

test("Adam under one cycle takes PyTorch's path", () => {
  // torch.optim.Adam([w], 0.1), OneCycleLR(max_lr=0.5, total_steps=6), loss sum(w^4), w = [1, -2], float64.
  const expected = [
    [0.98000000005, -1.98000000000625],
    [0.6408332515371004, -1.637793425364729],
    [0.3578381238707824, -1.3172823841890524],
    [0.17952055536387787, -1.0986073080170078],
    [0.11508978389742691, -1.0165657546850675],
    [0.11508766556748509, -1.016562989559117],
  ];
  const w = array([1, -2], { dtype: "float64", requiresGrad: true }) as Tensor;
  const optimizer = optim.adam(0.1)([w]);
  const schedule = optim.oneCycleLR({ maxLr: 0.5, totalSteps: 6 })(optimizer);
  for (const values of expected) {
    optimizer.zeroGrad();
    w.pow(4).sum().backward();
    optimizer.step();
    schedule.step();
    for (const [i, value] of (w.toArray() as number[]).entries()) expect(value).toBeCloseTo(values[i]!, 12);
  }
});

test("a sequence within a sequence is the flat one", () => {
  const parts = [
    optim.linearLR({ startFactor: 0.5, totalIters: 3 }),
    optim.exponentialLR({ gamma: 0.9 }),
    optim.polynomialLR({ totalIters: 6 }),
  ] as const;
  const flat = optim.sequentialLR(parts, [3, 7])(one());
  const nested = optim.sequentialLR([optim.sequentialLR([parts[0], parts[1]], [3]), parts[2]], [7])(one());
  const late = optim.sequentialLR([parts[0], optim.sequentialLR([parts[1], parts[2]], [4])], [3])(one());
  const chained = optim.sequentialLR(
    [optim.chainedScheduler([parts[0]]), optim.chainedScheduler([parts[1]]), parts[2]],
    [3, 7],
  )(one());
  for (let t = 0; t < 14; t++) {
    for (const other of [nested, late, chained]) expect(other.lastLr).toEqual(flat.lastLr);
    for (const each of [flat, nested, late, chained]) each.step();
  }
});

test("a metric that is NaN is never better", () => {
  const optimizer = one();
  const schedule = optim.reduceLROnPlateau({ patience: 1 })(optimizer);
  for (let t = 0; t < 2; t++) schedule.step(Number.NaN);
  expect(optimizer.lr).toBe(0.1);
  expect(JSON.parse(JSON.stringify(schedule.stateDict())).best).toBe("Infinity");
});

describe("what a schedule refuses", () => {
  test.each([
    ["a step size of 0", () => optim.stepLR({ stepSize: 0 })],
    ["a negative gamma", () => optim.exponentialLR({ gamma: -1 })],
    ["a milestone that is no whole number", () => optim.multiStepLR({ milestones: [1.5] })],
    ["a factor of 0", () => optim.constantLR({ factor: 0 })],
    ["a start factor above 1", () => optim.linearLR({ startFactor: 2 })],
    ["a negative end factor", () => optim.linearLR({ endFactor: -0.1 })],
    ["no steps", () => optim.polynomialLR({ totalIters: 0 })],
    ["half a cosine of 0 steps", () => optim.cosineAnnealingLR({ tMax: 0 })],
    ["a negative least learning rate", () => optim.cosineAnnealingLR({ tMax: 5, etaMin: -1 })],
    ["cycles that get shorter", () => optim.cosineAnnealingWarmRestarts({ t0: 5, tMult: 0.5 })],
    ["a cycle without a length", () => optim.oneCycleLR({ maxLr: 1, epochs: 3 })],
    ["a phase without steps", () => optim.oneCycleLR({ maxLr: 1, totalSteps: 10, pctStart: 0.1 })],
    ["a rise beyond the cycle", () => optim.oneCycleLR({ maxLr: 1, totalSteps: 10, pctStart: 1.5 })],
    [
      "an unknown way to anneal",
      () => optim.oneCycleLR({ maxLr: 1, totalSteps: 9, annealStrategy: "x" as "cos" }),
    ],
    ["a negative highest learning rate", () => optim.oneCycleLR({ maxLr: -1, totalSteps: 9 })],
    ["a momentum to move where there is none", () => optim.oneCycleLR({ maxLr: 1, totalSteps: 9 })],
    ["learning rates for other groups", () => optim.oneCycleLR({ maxLr: [1, 2], totalSteps: 9 })],
    ["a factor of 1 on a plateau", () => optim.reduceLROnPlateau({ factor: 1 })],
    ["an unknown mode", () => optim.reduceLROnPlateau({ mode: "least" as "min" })],
    ["least learning rates for other groups", () => optim.reduceLROnPlateau({ minLr: [1, 2] })],
    ["functions for other groups", () => optim.lambdaLR([() => 1, () => 2])],
    ["what is no function", () => optim.lambdaLR(0.5 as unknown as () => number)],
    ["a sequence of none", () => optim.sequentialLR([], [])],
    ["milestones that are too many", () => optim.sequentialLR([optim.linearLR()], [3])],
    [
      "milestones that fall",
      () => optim.sequentialLR([optim.linearLR(), optim.linearLR(), optim.linearLR()], [5, 3]),
    ],
    ["a chain of none", () => optim.chainedScheduler([])],
    [
      "a plateau in a chain",
      () => optim.chainedScheduler([optim.reduceLROnPlateau() as optim.ChainableFactory]),
    ],
  ])("%s", (_, make) => {
    expect(() => (make as () => optim.ScheduleFactory)()(one())).toThrow(ValueError);
  });

  test("a step beyond the end of a cycle, and then nothing has changed", () => {
    const optimizer = optim.adam()([parameter()]);
    const schedule = optim.oneCycleLR({ maxLr: 1, totalSteps: 5 })(optimizer);
    for (let t = 0; t < 5; t++) schedule.step();
    const before = [schedule.stateDict(), optimizer.lr, optimizer.groups[0]!.momentum];
    expect(() => schedule.step()).toThrow("oneCycleLR: step 6 is beyond the last of 5");
    expect([schedule.stateDict(), optimizer.lr, optimizer.groups[0]!.momentum]).toEqual(before);
  });

  test("a plateau without a number", () => {
    expect(() => optim.reduceLROnPlateau()(one()).step()).toThrow(ValueError);
  });

  const kinds: Record<string, optim.ScheduleFactory> = {
    stepLR: optim.stepLR({ stepSize: 2 }),
    plateau: optim.reduceLROnPlateau(),
    sequential: optim.sequentialLR([optim.linearLR(), optim.stepLR({ stepSize: 2 })], [3]),
  };

  test.each(Object.entries(kinds))("a broken state of %s, and then nothing has changed", (_, factory) => {
    const optimizer = one();
    const schedule = factory(optimizer);
    schedule.step(1);
    const good = schedule.stateDict();
    const lr = optimizer.lr;
    const broken: unknown[] = [
      null,
      3,
      "state",
      [],
      {},
      { ...good, kind: "other" },
      { ...good, lastLr: [1, 2] },
    ];
    for (const name of Object.keys(good)) {
      const { [name]: _left, ...rest } = good;
      broken.push(rest);
      for (const value of [null, "x", [], [null], [[]], {}, [{}, {}], ...(name === "best" ? [] : [-1])])
        broken.push({ ...good, [name]: value });
    }
    for (const state of broken) {
      expect(() => schedule.loadStateDict(state as optim.ScheduleState)).toThrow(FormatError);
      expect([schedule.stateDict(), optimizer.lr]).toEqual([good, lr]);
    }
  });
});
