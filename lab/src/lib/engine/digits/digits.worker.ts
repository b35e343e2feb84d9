/** Learns digits beside the page, and says what it sees in one. What it hears and says is told in protocol.ts. */
import { Generator, setThreads } from "maru";
import { type Digits, testDigits, trainDigits } from "./data.js";
import { Network } from "./network.js";
import { type Answer, type Ask, BATCH, PIXELS, SAMPLE, SAMPLE_EVERY, TEST_DIGITS } from "./protocol.js";

setThreads(Math.max(1, Math.min(8, navigator.hardwareConcurrency)));

/** No more often than the page is drawn. */
const BETWEEN_REPORTS = 1000 / 60;

let network: Network | undefined;
/** Counts trainings: one that is no longer the last ends. */
let current = 0;
let paused = false;
let wake: (() => void) | undefined;

const say = (answer: Answer): void => postMessage(answer);

/** Lets messages in between two steps; a timer would wait for longer. */
const channel = new MessageChannel();
const breath = (): Promise<void> =>
  new Promise((resolve) => {
    channel.port1.onmessage = () => resolve();
    channel.port2.postMessage(null);
  });

async function whilePaused(): Promise<void> {
  while (paused) await new Promise<void>((resolve) => (wake = resolve));
}

/** Rows in an order that the seed decides, anew for each round through the digits. */
function* batches(n: number, seed: number): Iterator<Int32Array, never> {
  const generator = new Generator(seed);
  for (;;) {
    const order = generator.permutation(n).toArray() as number[];
    for (let i = 0; i + BATCH <= n; i += BATCH) yield Int32Array.from(order.slice(i, i + BATCH));
  }
}

async function train(seed: number, steps: number): Promise<void> {
  const mine = ++current;
  paused = false;
  const [digits, test] = await Promise.all([trainDigits(), testDigits()]);
  if (mine !== current) return;
  say({ kind: "loaded" });
  const learner = Network.of(seed);
  network = learner;
  const rows = batches(digits.n, seed);
  const ended = (): boolean => mine !== current;
  let [seconds, reported, losses, rights, count] = [0, 0, 0, 0, 0];
  for (let step = 1; step <= steps && !ended(); step++) {
    const begun = performance.now();
    const [loss, right] = await learner.update(digits, rows.next().value, (step - 1) / steps);
    seconds += (performance.now() - begun) / 1000;
    losses += loss;
    rights += right;
    count++;
    if (performance.now() - reported >= BETWEEN_REPORTS || step === steps) {
      reported = performance.now();
      const rate = (step * BATCH) / seconds;
      say({
        kind: "progress",
        progress: { step, steps, loss: losses / count, accuracy: rights / count, seconds, rate },
      });
      [losses, rights, count] = [0, 0, 0];
    }
    if (step % SAMPLE_EVERY === 0 && step < steps) await report(learner, test, step, SAMPLE);
    await breath();
    await whilePaused();
  }
  const complete = !ended();
  if (complete) await report(learner, test, steps, TEST_DIGITS);
  if (mine === current || !complete) say({ kind: "ended", complete });
}

async function report(learner: Network, test: Digits, step: number, of: number): Promise<void> {
  const right = await learner.right(test, 0, of);
  say({ kind: "accuracy", step, right: right / of, of });
}

async function digit(index: number): Promise<void> {
  const { images, labels } = await testDigits();
  const image = Float32Array.from(
    images.subarray(index * PIXELS, (index + 1) * PIXELS),
    (byte) => byte / 255,
  );
  say({ kind: "digit", index, image, label: labels[index]! });
}

function resume(): void {
  paused = false;
  wake?.();
}

async function answer(ask: Ask): Promise<void> {
  if (ask.kind === "train") return train(ask.seed, ask.steps);
  if (ask.kind === "test") return digit(ask.index);
  if (ask.kind === "pause") paused = true;
  else if (ask.kind === "go") resume();
  else if (ask.kind === "stop") {
    current++;
    resume();
  } else if (network !== undefined)
    say({ kind: "prediction", id: ask.id, ...(await network.predict(ask.image)) });
}

addEventListener("message", ({ data }: MessageEvent<Ask>) => {
  answer(data).catch((error: unknown) => say({ kind: "fault", detail: String(error) }));
});
