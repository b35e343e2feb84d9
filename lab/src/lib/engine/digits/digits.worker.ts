/** Learns digits beside the page, and says what it sees in one. What it hears and says is told in protocol.ts. */
import { Generator, setThreads } from "maru";
import { type Digits, testDigits, trainDigits } from "./data.js";
import { ASKED, best, dream, imageOf, map } from "./look.js";
import { Network } from "./network.js";
import { type Answer, type Ask, BATCH, type Reply, SAMPLE, SAMPLE_EVERY, TEST_DIGITS } from "./protocol.js";

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
const breathing: (() => void)[] = [];
channel.port1.onmessage = () => breathing.shift()!();
const breath = (): Promise<void> =>
  new Promise((resolve) => {
    breathing.push(resolve);
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

function resume(): void {
  paused = false;
  wake?.();
}

/** Questions that take a while, and that nobody has taken back. */
const open = new Set<number>();

/** Answers what stands under a number. A network that is not there yet says nothing. */
async function reply(ask: Extract<Ask, { id: number }>): Promise<void> {
  const give = (reply: Reply): void => say({ kind: "reply", id: ask.id, reply });
  const waits = async (): Promise<boolean> => {
    await breath();
    return open.has(ask.id);
  };
  if (ask.kind === "test") {
    const digits = await testDigits();
    give({ kind: "digit", image: imageOf(digits, ask.index), label: digits.labels[ask.index]! });
  } else if (ask.kind === "map" && (network !== undefined || ask.wish.layer === "pixels")) {
    const digits = await testDigits();
    await map(network, digits, ask.wish, (mapped) => give({ kind: "map", ...mapped }), waits);
  } else if (network === undefined) return;
  else if (ask.kind === "predict")
    give({ kind: "prediction", ...(await network.predict(ask.image, ask.painted)) });
  else if (ask.kind === "weights") give({ kind: "weights", weights: await network.weights() });
  else if (ask.kind === "dream")
    await dream(network, ask.wish, (dreamed) => give({ kind: "dream", ...dreamed }), waits);
  else if (ask.kind === "best") {
    const filters = await best(network, await testDigits(), ask.layer, waits);
    if (filters !== undefined) give({ kind: "best", of: ASKED, filters });
  }
}

async function answer(ask: Ask): Promise<void> {
  if (ask.kind === "train") return train(ask.seed, ask.steps);
  if (ask.kind === "pause") paused = true;
  else if (ask.kind === "go") resume();
  else if (ask.kind === "stop") {
    current++;
    resume();
  } else if (ask.kind === "forget") open.delete(ask.id);
  else {
    open.add(ask.id);
    await reply(ask);
    open.delete(ask.id);
    say({ kind: "answered", id: ask.id });
  }
}

addEventListener("message", ({ data }: MessageEvent<Ask>) => {
  answer(data).catch((error: unknown) => say({ kind: "fault", detail: String(error) }));
});
