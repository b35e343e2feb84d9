/** The playground's engine: points, pasted tables, histories, trainings, and the program that says the same. */
import { transformSync } from "esbuild";
import * as maru from "maru";
import { parse } from "valibot";
import { beforeAll, describe, expect, test } from "vitest";
import { edgeAt, planOf, WIDTHS, widthOf } from "../src/lib/chapters/17-playground/diagram.js";
import {
  dataSettingsOf,
  isRecorded,
  markOf,
  networkOf,
  type PlaygroundLesson,
  record,
  schema,
  unforked,
} from "../src/lib/chapters/17-playground/lesson.js";
import { nearest, ownOf, withoutNear, withPoint } from "../src/lib/chapters/17-playground/points.js";
import { program } from "../src/lib/chapters/17-playground/program.js";
import { textOf } from "../src/lib/code/template.js";
import { MOST_TEXT, readCsv, writeCsv } from "../src/lib/engine/playground/csv.js";
import { type DataSettings, dataOf, KINDS, MOST_POINTS } from "../src/lib/engine/playground/data.js";
import { firstLook } from "../src/lib/engine/playground/first.js";
import { frameBytes, framePlaces, frameViews } from "../src/lib/engine/playground/protocol.js";
import { Run } from "../src/lib/engine/playground/run.js";
import {
  countOf,
  EDGE,
  type NetworkSettings,
  placesOf,
  SIDE,
  sizesOf,
} from "../src/lib/engine/playground/settings.js";
import { Thinned } from "../src/lib/engine/playground/thinned.js";
import { Timelines } from "../src/lib/engine/playground/timelines.js";

beforeAll(() => maru.setThreads(1));

const DATA: DataSettings = {
  kind: "circle",
  classes: 2,
  count: 60,
  noise: 0.1,
  test: 0.3,
  dataSeed: 4,
  points: [],
};
const NETWORK: NetworkSettings = {
  features: ["x1", "x2"],
  layers: [3],
  classes: 2,
  activation: "tanh",
  loss: "crossEntropy",
  optimizer: "sgd",
  batch: 7,
  seed: 5,
  rate: 0.1,
  l2: 0,
};

describe("points", () => {
  test.each(KINDS.filter((kind) => kind !== "own"))("%s: seeded, inside the plane, all classes", (kind) => {
    for (const classes of [2, 3] as const) {
      const settings = { ...DATA, kind, classes, noise: 0.6 };
      const [first, again] = [dataOf(settings), dataOf(settings)];
      expect(again).toEqual(first);
      expect(dataOf({ ...settings, dataSeed: 5 })).not.toEqual(first);
      expect(first.train.y.length).toBe(42);
      expect(first.test.y.length).toBe(18);
      for (const { x } of [first.train, first.test])
        expect(Math.max(...x.map(Math.abs))).toBeLessThanOrEqual(EDGE);
      const expected = classes === 3 && kind !== "xor" && kind !== "moons" ? [0, 1, 2] : [0, 1];
      expect([...new Set([...first.train.y, ...first.test.y])].toSorted()).toEqual(expected);
    }
  });

  test("without noise the sets are what they are called", () => {
    const of = (kind: DataSettings["kind"]) => dataOf({ ...DATA, kind, noise: 0, test: 0 }).train;
    const xor = of("xor");
    for (const [i, label] of xor.y.entries())
      expect(xor.x[2 * i]! * xor.x[2 * i + 1]! < 0 ? 1 : 0).toBe(label);
    const circle = of("circle");
    for (const [i, label] of circle.y.entries())
      expect(Math.hypot(circle.x[2 * i]!, circle.x[2 * i + 1]!) > 0.9 ? 1 : 0).toBe(label);
  });

  test("one's own points come as they are, and something is left to train with", () => {
    const points = [
      [0.5, -1, 0],
      [1, 1, 2],
      [-1, 0.25, 1],
    ] as DataSettings["points"];
    const { train, test: tests } = dataOf({ ...DATA, kind: "own", points, test: 0 });
    expect([...train.x]).toEqual([0.5, -1, 1, 1, -1, 0.25]);
    expect([...train.y]).toEqual([0, 2, 1]);
    expect(tests.y.length).toBe(0);
    expect(dataOf({ ...DATA, kind: "own", points: [], test: 0.5 }).train.y.length).toBe(0);
    expect(dataOf({ ...DATA, kind: "own", points: points.slice(0, 1), test: 0.8 }).train.y.length).toBe(1);
  });

  test("painting: put, taken away, in place of another, and no more than there is room for", () => {
    const points = withPoint(withPoint([], 0.123, 5, 1), -1, 0, 0);
    expect(points).toEqual([
      [0.12, EDGE, 1],
      [-1, 0, 0],
    ]);
    expect(withPoint(points, -1, 0, 2)).toEqual([
      [0.12, EDGE, 1],
      [-1, 0, 2],
    ]);
    expect(nearest(points, -0.9, 0)).toEqual([-1, 0, 0]);
    expect(nearest(points, 0, 0)).toBeUndefined();
    expect(withoutNear(points, -0.95, 0.05)).toEqual([[0.12, EDGE, 1]]);
    const full = Array.from({ length: MOST_POINTS }, (_, i): [number, number, number] => [i / 1000, 0, 0]);
    expect(withPoint(full, 1, 1, 1).length).toBe(MOST_POINTS);
    const own = ownOf(dataOf(DATA));
    expect(own.length).toBe(60);
    for (const [x1] of own) expect(Math.abs(x1 * 100 - Math.round(x1 * 100))).toBeLessThan(1e-9);
  });
});

describe("pasted tables", () => {
  const faults = (text: string) => readCsv(text).errors.map(({ fault, line }) => `${fault} ${line}`);

  test("are read with commas, semicolons or tabs, a heading, quotes, comments and any line ends", () => {
    const points = [
      [0.5, -1.25, 0],
      [-2, 2, 1],
      [0.001, 0.1, 2],
    ];
    expect(readCsv("x1,x2,class\n0.5,-1.25,0\r\n-2,+2,1\r\r\n# no\n1e-3,.1,2").points).toEqual(points);
    expect(readCsv('\uFEFF"0.5";"-1.25";0\n-2; 2 ;1\n0.001;0.1;2\n').points).toEqual(points);
    expect(readCsv("0.5\t-1.25\t0\n-2\t2\t1\n0.001\t0.1\t2").points).toEqual(points);
    expect(readCsv(writeCsv(points as never)).points).toEqual(points);
  });

  test("are refused line by line", () => {
    expect(faults("0,0,0\n1,2\n1,2,3,4\na,1,1\n1,NaN,0\n3,0,1\n0,0,3\n0,0,0.5")).toEqual([
      "columns 2",
      "columns 3",
      "number 4",
      "number 5",
      "range 6",
    ]);
    expect(faults("0,0,0\n0,0,3\n0,0,0x1")).toEqual(["class 2", "number 3"]);
    expect(readCsv("0,0,0\nabcdefghijklmnopqrstuvwxyz,1,1").errors[0]!.found).toBe(
      "abcdefghijklmnopqrstuvw…",
    );
    // A heading stands in the first line alone.
    expect(faults("x1,x2,class\nx1,x2,class")).toEqual(["number 2"]);
  });

  test("are refused as a whole where they are empty, too long, too many, or of one class", () => {
    expect(faults("")).toEqual(["empty 0"]);
    expect(faults("a,b,c\n\n# nothing")).toEqual(["empty 0"]);
    expect(faults("0".repeat(MOST_TEXT + 1))).toEqual(["long 0"]);
    expect(faults(Array.from({ length: MOST_POINTS + 1 }, (_, i) => `0,0,${i % 2}`).join("\n"))).toEqual([
      "many 0",
    ]);
    expect(faults("0,0,1\n1,1,1")).toEqual(["classes 0"]);
  });
});

describe("histories", () => {
  test("stay within their bound, evenly, from the first entry on", () => {
    const history = new Thinned<number>(8);
    for (let step = 0; step <= 1000; step++) {
      history.add(step, step * 2);
      expect(history.entries.length).toBeLessThanOrEqual(8);
    }
    const steps = history.entries.map(({ step }) => step);
    expect(history.gap).toBe(128);
    expect(steps).toEqual([0, 128, 256, 384, 512, 640, 768, 896]);
    expect(history.entries.every(({ step, value }) => value === 2 * step)).toBe(true);
    expect(history.at(500)!.step).toBe(384);
    expect(history.at(512)!.step).toBe(512);
    expect(history.at(9999)!.step).toBe(896);
    expect(history.at(-1)!.step).toBe(0);
    history.clear();
    expect(history.at(5)).toBeUndefined();
    expect(history.gap).toBe(1);
  });

  test("take what comes at any distance", () => {
    const history = new Thinned<null>(4);
    for (const step of [0, 20, 41, 60, 80, 81, 100, 120]) history.add(step, null);
    expect(history.entries.map(({ step }) => step)).toEqual([0, 41, 80, 120]);
  });
});

test("frames lie one after the other, numbers at multiples of four", () => {
  const sizes = [2, 3, 1];
  expect(countOf(sizes)).toBe(2 * 3 + 3 + 3 + 1);
  expect(placesOf(sizes)).toEqual([
    { weight: 0, bias: 6, ins: 2, outs: 3 },
    { weight: 9, bias: 12, ins: 3, outs: 1 },
  ]);
  const [a, b] = framePlaces(sizes, 2);
  expect(a).toEqual({ weights: 0, gradients: 52, pictures: 104, end: 104 + 6 * SIDE * SIDE });
  expect(b!.weights).toBe(a!.end);
  expect(frameBytes(sizes, 2)).toBe(b!.pictures + SIDE * SIDE);
  const odd = framePlaces([1, 1], 2);
  expect(odd[1]!.weights % 4).toBe(0);
});

test("edges are found by the pointer, and widths grow with magnitude", () => {
  const plan = planOf(500, ["x1", "x2"], [2, 3, 1]);
  const from = plan.columns[1]![2]!;
  const to = plan.columns[2]![0]!;
  // Half way across a curve of this kind is half way up.
  expect(edgeAt(plan, (from.x + to.x) / 2, (from.y + to.y) / 2 + 2)).toEqual({ layer: 1, from: 2, to: 0 });
  expect(edgeAt(plan, to.x + 40, to.y)).toBeUndefined();
  expect([0, 0.001, 0.05, 0.3, 1, 7].map((size) => widthOf(size, 1))).toEqual([-1, -1, 1, 3, 5, 5]);
  expect(WIDTHS.length).toBe(6);
});

/** A network of one hidden layer of tanh and one output, by hand: its loss and its gradients. */
function byHand(weights: ArrayLike<number>, hidden: number, x: readonly number[], y: number) {
  const w = Array.from(weights);
  const bias = 2 * hidden;
  const second = 3 * hidden;
  const h = Array.from({ length: hidden }, (_, j) =>
    Math.tanh(w[2 * j]! * x[0]! + w[2 * j + 1]! * x[1]! + w[bias + j]!),
  );
  const z = h.reduce((sum, value, j) => sum + value * w[second + j]!, w[4 * hidden]!);
  const d = 1 / (1 + Math.exp(-z)) - y;
  const back = h.map((value, j) => d * w[second + j]! * (1 - value * value));
  return {
    loss: Math.log(1 + Math.exp(y === 1 ? -z : z)),
    gradients: [...back.flatMap((b) => [b * x[0]!, b * x[1]!]), ...back, ...h.map((value) => d * value), d],
  };
}

describe("trainings", () => {
  const { train, test: tests } = dataOf(DATA);
  const made = (changes: Partial<NetworkSettings> = {}) => new Run({ ...NETWORK, ...changes }, train, tests);

  test("samples, gradients and updates are those of the formulas", () => {
    const run = made();
    const before = run.weights();
    const sums = new Array<number>(13).fill(0);
    for (let i = 0; i < 7; i++) {
      const seen = run.sample();
      expect([seen.place, seen.of]).toEqual([i + 1, 7]);
      const { loss, gradients } = byHand(
        before,
        3,
        [train.x[2 * seen.index]!, train.x[2 * seen.index + 1]!],
        train.y[seen.index]!,
      );
      expect(seen.loss).toBeCloseTo(loss, 5);
      for (const [k, gradient] of gradients.entries()) sums[k]! += gradient;
      const now = run.gradients()!;
      for (const [k, sum] of sums.entries()) expect(now[k]).toBeCloseTo(sum / (i + 1), 5);
    }
    expect(run.step).toBe(1);
    for (const [k, weight] of run.weights().entries())
      expect(weight).toBeCloseTo(before[k]! - (0.1 * sums[k]!) / 7, 5);
    const [first] = run.gradientSizes();
    expect(first).toBeCloseTo(sums.slice(0, 6).reduce((sum, g) => sum + Math.abs(g / 7), 0) / 6, 5);
    // One update with all of the batch is the same.
    const whole = made();
    whole.advance();
    for (const [k, weight] of whole.weights().entries()) expect(weight).toBeCloseTo(run.weights()[k]!, 6);
  });

  test("measures are those of all points, and pictures those of the neurons", () => {
    const run = made();
    for (let i = 0; i < 30; i++) run.advance();
    const seen = run.measure();
    const weights = run.weights();
    const of = ({ x, y }: typeof train) =>
      Array.from(y, (label, i) => byHand(weights, 3, [x[2 * i]!, x[2 * i + 1]!], label).loss);
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(seen.trainLoss).toBeCloseTo(mean(of(train)), 4);
    expect(seen.testLoss).toBeCloseTo(mean(of(tests)), 4);
    expect(seen.trainAccuracy).toBeCloseTo(mean(of(train).map((loss) => (loss < Math.log(2) ? 1 : 0))), 5);
    const pictures = new Uint8Array(6 * SIDE * SIDE);
    run.pictures(pictures);
    const [column, row] = [31, 7];
    const x1 = (((column + 0.5) / SIDE) * 2 - 1) * EDGE;
    const x2 = (1 - ((row + 0.5) / SIDE) * 2) * EDGE;
    const h = Math.tanh(weights[2]! * x1 + weights[3]! * x2 + weights[7]!);
    expect(pictures[3 * SIDE * SIDE + row * SIDE + column]).toBe(Math.round(127.5 + 127.5 * h));
  });

  test("the page's first look is the worker's", () => {
    for (const changes of [
      {},
      { activation: "relu", layers: [4, 2] },
      { classes: 3, activation: "sigmoid" },
      { layers: [] },
    ] as Partial<NetworkSettings>[]) {
      const settings = { ...NETWORK, ...changes };
      const data = dataOf({ ...DATA, classes: settings.classes });
      const { buffer } = new Timelines({ settings, ...data, acts: [] }).frame({});
      const [view] = frameViews(buffer, sizesOf(settings), 1);
      const first = firstLook(settings);
      expect(first.weights).toEqual(view!.weights);
      for (const [i, byte] of first.pictures.entries())
        expect(Math.abs(byte - view!.pictures[i]!)).toBeLessThanOrEqual(1);
    }
  });

  test.each(["sgd", "momentum", "adam"] as const)(
    "with %s a snapshot goes on to the same numbers",
    (optimizer) => {
      const run = made({ optimizer });
      for (let i = 0; i < 9; i++) run.advance();
      const kept = run.snapshot();
      for (let i = 0; i < 9; i++) run.advance();
      const after = run.weights();
      const other = made({ optimizer });
      other.restore(kept);
      for (let i = 0; i < 9; i++) other.advance();
      expect(other.weights()).toEqual(after);
      expect(other.step).toBe(18);
    },
  );

  test("L2 pulls weights in, not biases", () => {
    const [plain, held] = [made(), made({ l2: 0.5 })];
    const before = plain.weights();
    plain.advance();
    held.advance();
    const [p, h] = [plain.weights(), held.weights()];
    p.forEach((value, k) => {
      const isBias = (k >= 6 && k < 9) || k === 12;
      expect(h[k]).toBeCloseTo(value - (isBias ? 0 : 0.1 * 0.5 * before[k]!), 6);
    });
  });

  test("acts happen at their steps, and a record of them gives the same again", () => {
    const training = { settings: NETWORK, train, test: tests };
    const forever = { budget: 1e9, until: Number.MAX_SAFE_INTEGER };
    const live = new Timelines({ ...training, acts: [] });
    live.answer({ kind: "advance", updates: 5, ...forever });
    const rate = live.answer({ kind: "act", what: "rate", index: 0, to: 0.5 }).act!;
    expect(rate).toEqual({ at: 5, what: "rate", index: 0, to: 0.5 });
    live.answer({ kind: "advance", updates: 3, ...forever });
    const weight = live.answer({ kind: "act", what: "weight", index: 4, to: -2 }).act!;
    const end = live.answer({ kind: "advance", updates: 4, ...forever });
    const again = new Timelines({ ...training, acts: [rate, weight] });
    const same = again.answer({ kind: "advance", updates: 1e9, budget: 1e9, until: 12 });
    expect(same.timelines).toEqual(end.timelines);
    expect(new Uint8Array(same.buffer)).toEqual(new Uint8Array(end.buffer));
  });

  test("the past can be looked at, and a fork runs a race from it", () => {
    const live = new Timelines({ settings: NETWORK, train, test: tests, acts: [] });
    const forever = { budget: 1e9, until: Number.MAX_SAFE_INTEGER };
    const early = live.answer({ kind: "advance", updates: 6, ...forever });
    const late = live.answer({ kind: "advance", updates: 14, ...forever });
    const past = live.answer({ kind: "look", at: 6 });
    expect(past.past).toBe(6);
    expect(past.timelines[0]!.trainLoss).toBe(early.timelines[0]!.trainLoss);
    // The same settings: the fork catches up to the very same network.
    const forked = live.answer({ kind: "fork", fork: { at: 6, optimizer: "sgd", rate: 0.1, l2: 0 } });
    expect(forked.timelines.map(({ step }) => step)).toEqual([20, 6]);
    const caught = live.answer({ kind: "advance", updates: 14, ...forever });
    expect(caught.timelines.map(({ step }) => step)).toEqual([20, 20]);
    expect(caught.timelines[1]!.trainLoss).toBe(late.timelines[0]!.trainLoss);
    const both = live.answer({ kind: "advance", updates: 3, ...forever });
    expect(both.timelines.map(({ step }) => step)).toEqual([23, 23]);
    expect(live.answer({ kind: "unfork" }).timelines.length).toBe(1);
  });
});

describe("the lesson", () => {
  const lesson = (changes: Partial<PlaygroundLesson> = {}): PlaygroundLesson => ({
    ...parse(schema, {}),
    ...changes,
  });

  test("a recorded training belongs to its settings alone", () => {
    const one = lesson();
    one.run = { ...unforked(one), trained: 40 };
    expect(isRecorded(one)).toBe(true);
    one.rate = 1;
    expect(isRecorded(one)).toBe(true);
    one.layers = [5];
    expect(isRecorded(one)).toBe(false);
    expect(markOf(lesson({ seed: 2 }))).not.toBe(markOf(lesson()));
  });

  test("acts of one kind at one step are the last of them", () => {
    const acts = record(record([], { at: 3, what: "rate", index: 0, to: 1 }), {
      at: 3,
      what: "rate",
      index: 0,
      to: 2,
    });
    expect(acts).toEqual([{ at: 3, what: "rate", index: 0, to: 2 }]);
    expect(record(acts, { at: 4, what: "rate", index: 0, to: 1 }).length).toBe(2);
  });

  const cases: Partial<PlaygroundLesson>[] = [
    {},
    {
      kind: "xor",
      loss: "mse",
      optimizer: "momentum",
      layers: [],
      features: ["x1", "x2", "x1x2", "sin2"],
      l2: 0.01,
    },
    { kind: "blobs", classes: 3, activation: "relu", layers: [5] },
    { kind: "moons", activation: "sigmoid", optimizer: "sgd", test: 0 },
    { kind: "spiral", classes: 3, loss: "mse", activation: "linear" },
    {
      kind: "own",
      points: [
        [1, 1, 0],
        [-1, -1, 1],
        [0, 0.5, 1],
        [0.25, -1.5, 0],
      ],
      batch: 3,
    },
  ];
  test.each(cases)("the program prints what the playground shows: %j", async (changes) => {
    const one = lesson(changes);
    const acts = [
      { at: 10, what: "rate" as const, index: 0, to: 0.2 },
      { at: 20, what: "weight" as const, index: 1, to: 0.75 },
      ...("l2" in changes ? [{ at: 30, what: "l2" as const, index: 0, to: 0.1 }] : []),
    ];
    one.run = { ...unforked(one), trained: 45, acts };
    const timelines = new Timelines({ settings: networkOf(one), ...dataOf(dataSettingsOf(one)), acts });
    const { timelines: seen } = timelines.answer({ kind: "advance", updates: 1e9, budget: 1e9, until: 45 });
    const { code } = transformSync(textOf(program(one, (key) => key)), { loader: "ts" });
    const printed = new Map<string, number[]>();
    const console = { log: (name: string, ...values: number[]) => printed.set(name, values) };
    const body = code.replace(/import \{([^}]*)\} from "maru";/, "const {$1} = maru;");
    new Function("maru", "console", body)(maru, console);
    const { trainLoss, trainAccuracy, testLoss, testAccuracy } = seen[0]!;
    expect(printed.get("train")).toEqual([trainLoss, trainAccuracy]);
    if (one.test > 0 && changes.kind !== "own") expect(printed.get("test")).toEqual([testLoss, testAccuracy]);
  });
});
