/** The three measurements of the first chapter, beside the page. */
import { getThreads, random, setDevice, setThreads, type Tensor } from "maru";
import { gpuRate } from "./gpu.js";
import {
  ACTIVATIONS,
  AMOUNTS,
  type Answer,
  type Ask,
  DEPTHS,
  DRAWS,
  type Engine,
  type Measurement,
} from "./protocol.js";
import { accuracyAfter } from "./spirals.js";

const SECONDS = 1.2;
const say = (answer: Answer): void => postMessage(answer);

/** Threads gain nothing in networks this small. */
function measureData(seed: number): void {
  setThreads(1);
  for (const n of AMOUNTS)
    for (let draw = 0; draw < DRAWS; draw++) {
      const of = { n, seed: seed * DRAWS + draw, steps: 400, activation: "tanh" } as const;
      const network = accuracyAfter({ ...of, hidden: [32, 32], rate: 0.02 });
      const line = accuracyAfter({ ...of, hidden: [], rate: 0.1 });
      say({ kind: "data", point: { n, network, line } });
    }
}

function measureDepth(seed: number): void {
  setThreads(1);
  for (const depth of DEPTHS)
    for (const activation of ACTIVATIONS) {
      const hidden = Array.from({ length: depth }, () => 16);
      const accuracy = accuracyAfter({ n: 256, seed, steps: 600, rate: 0.01, hidden, activation });
      say({ kind: "depth", point: { activation, depth, accuracy } });
    }
}

/** The best of many products of two n by n matrices: 2 n^3 operations each. */
async function productRate(n: number): Promise<number> {
  random.seed(1);
  const [a, b] = [random.normal([n, n]).realize() as Tensor, random.normal([n, n]).realize() as Tensor];
  const once = async (): Promise<number> => {
    const started = performance.now();
    await (a.matmul(b) as Tensor).data();
    return (performance.now() - started) / 1000;
  };
  await once();
  let best = Number.POSITIVE_INFINITY;
  const end = performance.now() + SECONDS * 1000;
  do best = Math.min(best, await once());
  while (performance.now() < end);
  // A clock that is coarse on purpose may say that nothing passed.
  return (2 * n ** 3) / Math.max(best, 1e-4) / 1e9;
}

async function measurePower(): Promise<void> {
  const tell = (engine: Engine, threads: number, rate: number): void =>
    say({ kind: "power", point: { engine, threads, rate } });
  setDevice("interpreter");
  tell("plain", 1, await productRate(320));
  setDevice("wasm");
  setThreads(1);
  tell("one", 1, await productRate(640));
  setThreads(Math.max(1, Math.min(16, navigator.hardwareConcurrency)));
  const threads = getThreads();
  tell("all", threads, threads > 1 ? await productRate(640) : 0);
  tell("webgpu", 1, await gpuRate(SECONDS));
}

const MEASURE: Readonly<Record<Measurement, (seed: number) => void | Promise<void>>> = {
  data: measureData,
  power: measurePower,
  depth: measureDepth,
};

addEventListener("message", async ({ data: { measure, seed } }: MessageEvent<Ask>) => {
  await MEASURE[measure](seed);
  say({ kind: "done" });
});
