/** What runs in the page. Each function is called from the test by its name, and gives back what JSON can say. */
import { tensorDataset } from "../../src/data/index.js";
import { buffer, type Node } from "../../src/graph/index.js";
import { array, fit, getThreads, nn, optim, random, setDevice, type Tensor } from "../../src/index.js";
import { interpreter } from "../../src/targets/interpreter/interpreter.js";
import { setInterpretFirst } from "../../src/targets/known-programs.js";
import { wasm } from "../../src/targets/wasm/wasm.js";
import { checkForward, checkGradient } from "../goldens/check.js";
import { near } from "../goldens/compare.js";
import { casesIn, type ForwardCase, type GradientCase } from "../goldens/golden.js";
import { TOLERANCE } from "../goldens/tolerance.js";
import {
  build,
  dtypeOf,
  everyPrimitive,
  floatsOf,
  type Sample,
  samplesOf,
  steadyRandom,
  typed,
  valuesOf,
} from "../primitives/samples.js";

setDevice("wasm");

export interface Report {
  readonly count: number;
  /** A line for each thing that is wrong. */
  readonly wrong: string[];
}

/** Every sample of every primitive on this page's wasm device, against the interpreter. */
async function samples(): Promise<Report> {
  setInterpretFirst(false);
  const report: Report = { count: 0, wrong: [] };
  let count = 0;
  for (const op of everyPrimitive) {
    for (const { sample, title } of samplesOf(op)) {
      for (const float of floatsOf(sample)) {
        const roots = () => build(op, sample, leavesOf(sample, float));
        const [expected, found] = [roots(), roots()];
        if (expected.storage === undefined) interpreter.run([expected], () => false);
        if (found.storage === undefined) await wasm.runAsync!([found], () => false);
        count++;
        const wrong = differenceOf(found, expected);
        if (wrong !== undefined) report.wrong.push(`${title} in ${float}: ${wrong}`);
      }
    }
  }
  return { ...report, count };
}

function leavesOf({ sources }: Sample, float: "float32" | "float64"): Node[] {
  const next = steadyRandom(7);
  return sources.map((source) => {
    const dtype = dtypeOf(source, float);
    return buffer(typed(dtype, valuesOf(source, next)), source.shape, dtype);
  });
}

function differenceOf(found: Node, expected: Node): string | undefined {
  const { dtype } = expected;
  const allowance =
    dtype === "float32" || dtype === "float64" ? TOLERANCE.reduction[dtype] : TOLERANCE.exact.float64;
  const [a, b] = [found.storage!.read(), expected.storage!.read()];
  if (a.length !== b.length) return `${a.length} elements, expected ${b.length}`;
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i] || near(a[i]!, b[i]!, allowance)) continue;
    return `element ${i} is ${a[i]}, expected ${b[i]}`;
  }
  return undefined;
}

/** Every so many-th golden case. */
async function goldens(every: number, from: number): Promise<Report> {
  setInterpretFirst(false);
  const wrong: string[] = [];
  let count = 0;
  const checkAll = async <Case extends { readonly id: string }>(
    file: string,
    check: (item: Case) => Promise<string[]>,
  ): Promise<void> => {
    const cases = casesIn<Case>(await (await fetch(`/${file}.golden.json`)).text());
    for (let i = from; i < cases.length; i += every) {
      count++;
      const found = await check(cases[i]!).catch((error) => [String(error)]);
      wrong.push(...found.map((line) => `${cases[i]!.id}: ${line}`));
    }
  };
  await checkAll<ForwardCase>("forward", checkForward);
  await checkAll<GradientCase>("gradient", checkGradient);
  return { count, wrong };
}

export interface Pace {
  readonly milliseconds: number;
  /** The longest time in which no timer of the page came through. */
  readonly longestGap: number;
  readonly frames: number;
}

/** Does something while the page's heart is listened to. */
async function listen(body: () => Promise<unknown>): Promise<Pace> {
  let [longestGap, frames, listening] = [0, 0, true];
  let last = performance.now();
  const beat = (): void => {
    longestGap = Math.max(longestGap, performance.now() - last);
    last = performance.now();
    if (listening) setTimeout(beat);
  };
  const frame = (): void => {
    frames++;
    if (listening) requestAnimationFrame(frame);
  };
  setTimeout(beat);
  requestAnimationFrame(frame);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const begin = performance.now();
  last = begin;
  try {
    await body();
  } finally {
    listening = false;
  }
  const end = performance.now();
  return { milliseconds: end - begin, longestGap: Math.max(longestGap, end - last), frames };
}

function steadyValues(count: number): Float32Array {
  const next = steadyRandom(count);
  return Float32Array.from({ length: count }, () => next() - 0.5);
}

export interface Paces {
  /** The first time, with compiling. */
  readonly first: Pace;
  /** The quietest of some later times: on a busy machine the page is kept waiting by others, too. */
  readonly later: Pace;
}

async function pacesOf(body: () => Promise<unknown>): Promise<Paces> {
  const first = await listen(body);
  // What the first step leaves behind is another graph, so the second may be compiled, too.
  await body();
  let later = await listen(body);
  for (let i = 0; i < 3; i++) {
    const again = await listen(body);
    if (again.longestGap < later.longestGap) later = again;
  }
  return { first, later };
}

/** Products of matrices, one after the other: billions of operations. */
async function matrices(n: number): Promise<Paces & { right: boolean }> {
  const [x, w] = [
    array(steadyValues(n * n)).reshape(n, n),
    array(steadyValues(n * n).reverse()).reshape(n, n),
  ];
  const found: Float32Array[] = [];
  const paces = await pacesOf(async () => {
    let y: Tensor = x;
    for (let i = 0; i < 4; i++) y = y.matmul(w).mul(2 / Math.sqrt(n));
    found.push((await y.data()) as Float32Array);
  });
  const right = found.every((values) => values.every((value, i) => value === found[0]![i] && value !== 0));
  return { ...paces, right };
}

/** Forward, backward and update of a convolutional network, by `await`. */
async function convolutions(): Promise<Paces & { losses: number[] }> {
  random.seed(1);
  const model = nn.sequential(
    nn.conv2d(1, 16, 5),
    nn.relu(),
    nn.maxPool2d(2),
    nn.conv2d(16, 32, 5),
    nn.relu(),
    nn.maxPool2d(2),
    nn.flatten(),
    nn.linear(512, 10),
  );
  const x = array(steadyValues(128 * 28 * 28)).reshape(128, 1, 28, 28);
  const labels = array(Int32Array.from({ length: 128 }, (_, i) => i % 10));
  const losses: number[] = [];
  const step = async (): Promise<void> => {
    const loss = nn.crossEntropy(model.forward(x), labels);
    loss.backward();
    losses.push((await loss.data())[0]!);
    for (const w of model.parameters()) {
      w.assign(w.sub(w.grad!.mul(0.1)));
      w.grad = null;
      await w.data();
    }
  };
  return { ...(await pacesOf(step)), losses };
}

/** Trains a convolutional network by `fit`, whose step is captured, compiled and run on the way. */
async function fitting(): Promise<Paces & { losses: number[] }> {
  random.seed(2);
  const data = tensorDataset(
    array(steadyValues(256 * 28 * 28)).reshape(256, 1, 28, 28),
    array(Int32Array.from({ length: 256 }, (_, i) => i % 10)),
  );
  const losses: number[] = [];
  const paces = await pacesOf(async () => {
    const model = nn.sequential(
      nn.conv2d(1, 8, 3),
      nn.relu(),
      nn.maxPool2d(2),
      nn.flatten(),
      nn.linear(8 * 13 * 13, 10),
    );
    const { epochs } = await fit(model, data, {
      loss: nn.crossEntropy,
      optimizer: optim.adam(1e-3),
      epochs: 2,
      batchSize: 64,
      progress: false,
    } as never);
    losses.push(epochs.at(-1)!.loss);
  });
  return { ...paces, losses };
}

/** What happens to computations that come while one is in flight. */
async function together(): Promise<{ refused: string; sums: number[] }> {
  const x = array(steadyValues(640 * 640)).reshape(640, 640);
  const y = x.matmul(x).matmul(x);
  const z = x.add(1);
  const small = array([1, 2]);
  await small.mul(3).data();
  const first = y.data();
  const second = z.data();
  let refused = "";
  // While the program is compiled others may compute; then it is under way.
  for (let i = 0; i < 1000 && refused === ""; i++) {
    await new Promise((resolve) => setTimeout(resolve));
    try {
      small.mul(3).dataSync();
    } catch (error) {
      refused = String(error);
    }
  }
  const sum = (values: Float32Array): number => values.reduce((a, b) => a + b, 0);
  const sums = [sum(await first), sum(await second)];
  return { refused, sums: [...sums, sum(x.matmul(x).matmul(x).dataSync()), sum(x.add(1).dataSync())] };
}

/** XOR, learned. */
async function xor(): Promise<{ predicted: number[] }> {
  random.seed(5);
  const x = array([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]);
  const y = array([[0], [1], [1], [0]]);
  const model = nn.sequential(nn.linear(2, 8), nn.tanh(), nn.linear(8, 1));
  await fit(model as never, tensorDataset(x, y) as never, {
    loss: nn.mse as never,
    optimizer: optim.adam(0.05),
    epochs: 150,
    batchSize: 4,
    metrics: {},
  });
  return { predicted: [...(await model.forward(x).data())] };
}

const facts = () => ({ isolated: globalThis.crossOriginIsolated, threads: getThreads() });

/** A thread that may be kept waiting computes at once, by `data()` too. */
async function atOnce(): Promise<{ same: boolean; threads: number }> {
  const x = array(steadyValues(600 * 600)).reshape(600, 600);
  let same = true;
  for (let i = 0; i < 5; i++) {
    const y = x.matmul(x).add(i);
    const awaited = y.data();
    const values = y.dataSync();
    same &&= (await awaited).every((value, at) => value === values[at]);
    // A browser starts workers only when its event loop turns.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { same, threads: getThreads() };
}

const jobs = { facts, samples, goldens, matrices, convolutions, fitting, together, xor, atOnce };
export type Jobs = typeof jobs;

/** Does a job in a worker of the page. */
function inWorker(name: keyof Jobs): Promise<unknown> {
  const worker = new Worker("/page.js", { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(name);
  }).finally(() => worker.terminate());
}

if (typeof document === "undefined") {
  globalThis.onmessage = async ({ data }: MessageEvent<"facts" | "atOnce">) => {
    postMessage(await jobs[data]());
  };
} else Object.assign(globalThis, { jobs: { ...jobs, inWorker } });
