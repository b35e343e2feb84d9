/**
 * The page's side of a training. One for each lesson, whatever panel shows it. Pictures and weights are plain arrays that
 * canvases paint when they are called; only what stands in the page as text is reactive, and changes a few times a second.
 */
import { untrack } from "svelte";
import { dataOf, type Split } from "../../engine/playground/data.js";
import { firstLook } from "../../engine/playground/first.js";
import {
  type Answer,
  type Ask,
  type FrameView,
  frameViews,
  type Measures,
  type SampleSeen,
  type TimelineSeen,
} from "../../engine/playground/protocol.js";
import { sizesOf } from "../../engine/playground/settings.js";
import { Thinned } from "../../engine/playground/thinned.js";
import { type Remote, type RemoteFault, startRemote } from "../../engine/remote.js";
import {
  dataSettingsOf,
  isRecorded,
  MOST_ACTS,
  markOf,
  networkOf,
  type PlaygroundLesson,
  record,
  unforked,
} from "./lesson.js";

/** Milliseconds of a frame that the worker trains. */
const BUDGET = 9;
/** Milliseconds between changes of the numbers in the page while it trains. */
const READABLE = 120;
/** Milliseconds between notes of how far the training is, in the lesson. */
const NOTED = 1000;

export type Phase = "ready" | "starting" | "playing" | "paused" | "replaying";

/** What the page says of a training in words. */
export interface Shown {
  readonly timelines: readonly TimelineSeen[];
  /** What the network was at the step of the past that is looked at. */
  readonly past: TimelineSeen | undefined;
  readonly sample: SampleSeen | undefined;
}
const NOTHING: Shown = { timelines: [], past: undefined, sample: undefined };

/** Every `of`-th frame of a training, at that place. */
export interface Turn {
  readonly of: number;
  readonly at: number;
}
export const NEURONS: Turn = { of: 2, at: 0 };
export const EDGES: Turn = { of: 3, at: 2 };
export const PLANE: Turn = { of: 2, at: 1 };
export const CURVES: Turn = { of: 8, at: 3 };

type Point = Measures & { readonly step: number };

export class Session {
  phase = $state<Phase>("ready");
  fault = $state.raw<{ fault: RemoteFault; detail: string } | undefined>();
  shown = $state.raw<Shown>(NOTHING);
  kept = $state.raw<readonly number[]>([]);
  data = $state.raw<Split | undefined>();
  sizes = $state.raw<readonly number[]>([]);
  /** Changes could not all be recorded, so a link cannot bring this training back. */
  unrecorded = $state(false);
  views: readonly FrameView[] = [];
  /** What the curves show, of each timeline. */
  readonly series = [new Thinned<Point>(600), new Thinned<Point>(600)] as const;

  readonly #lesson: PlaygroundLesson;
  #remote: Remote<Ask> | undefined;
  /** Those who wait for an answer, in the order of their questions. */
  #waiting: ((answer: Answer) => void)[] = [];
  /** Counts beginnings: answers to what was asked before the last one are not heard. */
  #generation = 0;
  /** Has the worker this very network? */
  #live = false;
  #asked = false;
  #mark = "";
  #networkMark = "";
  #noted = 0;
  #notedAt = 0;
  #readAt = 0;
  #rate = 0;
  #l2 = 0;
  readonly #paints = new Map<() => void, Turn>();
  #frames = 0;
  #frame = 0;

  constructor(lesson: PlaygroundLesson) {
    this.#lesson = lesson;
  }

  get training(): boolean {
    return this.phase === "playing" || this.phase === "replaying";
  }
  get head(): number {
    return this.shown.timelines[0]?.step ?? 0;
  }

  /**
   * Calls `paint` in a frame whenever there is something new to see, and soon. In the course of a training canvases take
   * turns, so that no frame has to paint them all.
   */
  watch(paint: () => void, turn: Turn): () => void {
    this.#paints.set(paint, turn);
    this.#all = true;
    this.#paintSoon();
    return () => void this.#paints.delete(paint);
  }

  /** Somebody shows it. When nobody does any more, the worker ends; a panel that takes another's place comes at once. */
  enter(): () => void {
    this.#users++;
    return () => {
      this.#users--;
      setTimeout(() => this.#users === 0 && this.#leave(), 300);
    };
  }
  #users = 0;

  /** Follows the lesson: another network begins anew, another rate acts at once. To be called in an effect. */
  follow(): void {
    const lesson = this.#lesson;
    const mark = markOf(lesson);
    const { trained } = lesson.run;
    const { rate, l2 } = lesson;
    if (mark !== this.#mark || trained !== this.#noted) this.#restart(mark, trained);
    if (!this.#live) return;
    if (rate !== this.#rate) void this.#act("rate", 0, (this.#rate = rate));
    if (l2 !== this.#l2) void this.#act("l2", 0, (this.#l2 = l2));
  }

  #restart(mark: string, trained: number): void {
    const sameData = this.#mark !== "" && this.data !== undefined;
    this.#mark = mark;
    this.#noted = trained;
    this.#stop();
    const settings = $state.snapshot(networkOf(this.#lesson)) as ReturnType<typeof networkOf>;
    const dataSettings = dataSettingsOf(this.#lesson);
    const dataMark = JSON.stringify(dataSettings);
    if (!sameData || dataMark !== this.#dataMark) this.data = dataOf(dataSettings);
    this.#dataMark = dataMark;
    this.sizes = sizesOf(settings);
    const { features, layers, activation, seed, classes } = settings;
    const networkMark = JSON.stringify([features, layers, activation, seed, classes]);
    if (networkMark !== this.#networkMark || this.#trainedViews) {
      this.views = [];
      clearTimeout(this.#looking);
      // Not in the way of what the reader has just done.
      this.#looking = setTimeout(() => {
        this.views = [firstLook(settings)];
        this.looked++;
        this.#paintSoon();
      });
    }
    this.#networkMark = networkMark;
    this.#trainedViews = false;
  }
  #looking: ReturnType<typeof setTimeout> | undefined;
  /** How often a network was looked at before its training. */
  looked = $state(0);
  #dataMark = "";
  #trainedViews = false;

  /** Back to before the first step. */
  #stop(): void {
    this.#generation++;
    this.#live = false;
    this.#asked = false;
    this.#waiting = [];
    this.phase = "ready";
    this.shown = NOTHING;
    this.kept = [];
    this.unrecorded = false;
    for (const one of this.series) one.clear();
  }
  #leave(): void {
    if (this.#live) this.#note();
    this.#remote?.stop();
    this.#remote = undefined;
    this.#stop();
    this.#mark = "";
  }

  #ask(ask: Ask): Promise<Answer> {
    const generation = this.#generation;
    this.#remote ??= startRemote<Ask, Answer>(
      () =>
        new Worker(new URL("../../engine/playground/playground.worker.ts", import.meta.url), {
          type: "module",
        }),
      (answer) => this.#waiting.shift()?.(answer),
      (fault, detail) => {
        this.#remote = undefined;
        this.#stop();
        this.fault = { fault, detail };
      },
    );
    return new Promise((resolve) => {
      this.#waiting.push((answer) => {
        if (generation === this.#generation) {
          this.#take(answer);
          resolve(answer);
        }
      });
      this.#remote?.send(ask);
    });
  }

  /** Takes in what a frame shows; the canvases paint it in the next one. */
  #take(answer: Answer): void {
    const { timelines, past, sample, kept } = answer;
    clearTimeout(this.#looking);
    this.views = frameViews(answer.buffer, this.sizes, timelines.length);
    this.#trainedViews = true;
    if (kept !== undefined) this.kept = kept;
    if (past === undefined) for (const [i, seen] of timelines.entries()) this.series[i]?.add(seen.step, seen);
    const now = performance.now();
    if (!this.training || now - this.#readAt > READABLE || timelines[0]!.lost) {
      this.#readAt = now;
      this.#last = undefined;
      this.shown =
        past === undefined
          ? { timelines, past: undefined, sample }
          : { timelines: this.#present(timelines), past: timelines[0], sample: undefined };
    } else this.#last = { timelines, past: undefined, sample: undefined };
    this.#paintSoon();
  }
  #last: Shown | undefined;

  /** While the past is looked at, the numbers of the present stay known. */
  #present(timelines: readonly TimelineSeen[]): readonly TimelineSeen[] {
    return [this.shown.timelines[0] ?? timelines[0]!, ...timelines.slice(1)];
  }

  #paintSoon(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(this.#onFrame);
  }
  #onFrame = (): void => {
    this.#frame = 0;
    // The worker is asked first, so that it computes while the page paints.
    if (this.phase === "playing" && !this.#asked) void this.#goOn();
    const k = this.#frames++;
    const all = this.#all || !this.training;
    this.#all = false;
    for (const [paint, turn] of this.#paints) if (all || k % turn.of === turn.at) paint();
  };
  #all = false;

  /** The worker has this network: it is begun where it has not been. */
  async #ensure(again = false): Promise<void> {
    if (this.#live || this.phase === "starting" || !this.data?.train.y.length) return;
    const lesson = this.#lesson;
    this.phase = "starting";
    this.fault = undefined;
    if (!again || !isRecorded(lesson)) {
      lesson.run = unforked(lesson);
      this.#noted = 0;
    }
    const { rate, l2, acts } = lesson.run;
    const settings = $state.snapshot({ ...networkOf(lesson), rate, l2 }) as ReturnType<typeof networkOf>;
    const { train, test } = this.data!;
    this.#rate = lesson.rate;
    this.#l2 = lesson.l2;
    for (const one of this.series) one.clear();
    const generation = this.#generation;
    await this.#ask({ kind: "begin", settings, train, test, acts: $state.snapshot(acts) });
    if (generation !== this.#generation) return;
    this.#live = true;
    this.phase = "paused";
    // What was moved while it began.
    this.follow();
  }

  async play(): Promise<void> {
    await this.#ensure();
    if (!this.#live || this.training) return;
    this.phase = "playing";
    this.#paintSoon();
  }

  pause(): void {
    if (!this.training) return;
    this.phase = "paused";
    if (this.#last !== undefined && !this.#asked) this.shown = this.#last;
    this.#last = undefined;
    this.#note();
  }

  /** Before the first step again; the record of the training goes too. */
  reset(): void {
    this.#lesson.run = { ...unforked(this.#lesson), of: "" };
    this.#restart(markOf(this.#lesson), 0);
  }

  async step(what: "sample" | "update" | "epoch"): Promise<void> {
    this.pause();
    await this.#ensure();
    if (!this.#live || this.phase !== "paused") return;
    const batches = this.batches;
    const updates = what === "epoch" ? batches - (this.head % batches) : 1;
    await this.#ask(
      what === "sample"
        ? { kind: "sample" }
        : { kind: "advance", updates, budget: 5000, until: Number.MAX_SAFE_INTEGER },
    );
    this.#note();
  }

  get batches(): number {
    return Math.max(1, Math.ceil((this.data?.train.y.length ?? 0) / this.#lesson.batch));
  }

  /** Trains as far as a link says, with all that was changed on the way. */
  async replay(): Promise<void> {
    const { trained, fork } = this.#lesson.run;
    await this.#ensure(true);
    if (!this.#live) return;
    this.phase = "replaying";
    const ended = (): boolean => this.phase !== "replaying";
    const advance = async (until: number): Promise<void> => {
      for (;;) {
        const { timelines } = await this.#ask({ kind: "advance", updates: 1e9, budget: BUDGET, until });
        if (timelines.every(({ step }) => step >= until) || timelines[0]!.lost || ended()) return;
        await new Promise(requestAnimationFrame);
      }
    };
    if (fork !== null) {
      await advance(Math.min(fork.at, trained));
      if (ended()) return;
      await this.#ask({ kind: "fork", fork: $state.snapshot(fork) });
    }
    await advance(trained);
    if (ended()) return;
    this.phase = "paused";
    await this.#ask({ kind: "look" });
    this.#note();
  }

  async #goOn(): Promise<void> {
    this.#asked = true;
    const { speed } = this.#lesson;
    const updates = speed === "update" ? 1 : speed === "epoch" ? this.batches : 1e9;
    const { timelines } = await this.#ask({
      kind: "advance",
      updates,
      budget: BUDGET,
      until: Number.MAX_SAFE_INTEGER,
    });
    this.#asked = false;
    if (timelines[0]!.lost) this.pause();
    else if (this.phase === "paused") {
      this.shown = { timelines, past: undefined, sample: undefined };
      this.#note();
    } else if (performance.now() - this.#notedAt > NOTED) this.#note();
  }

  /** Writes into the lesson how far the training is. */
  #note(): void {
    const { run } = this.#lesson;
    this.#notedAt = performance.now();
    const last = this.series[0].entries.at(-1);
    const step = Math.max(this.head, this.#last?.timelines[0]?.step ?? 0);
    if (last === undefined || run.trained === step) return;
    this.#noted = step;
    run.trained = step;
  }

  async #act(what: "rate" | "l2" | "weight", index: number, to: number): Promise<void> {
    const { act } = await this.#ask({ kind: "act", what, index, to });
    const { run } = this.#lesson;
    const acts = record(run.acts, act!);
    if (acts.length <= MOST_ACTS) run.acts = acts;
    else this.unrecorded = true;
  }

  /** Puts another number in the place of a weight or a bias. */
  async edit(index: number, to: number): Promise<void> {
    await this.#ensure();
    if (this.#live && this.shown.past === undefined) await this.#act("weight", index, to);
  }

  /** Shows what the network was at a step that is kept, or what it is now. */
  async look(at: number | undefined): Promise<void> {
    if (!this.#live) return;
    this.pause();
    await this.#ask({ kind: "look", ...(at !== undefined && { at }) });
  }

  /** A second training leaves the first where it is shown. */
  async fork(): Promise<void> {
    this.pause();
    await this.#ensure();
    if (!this.#live) return;
    const other = $state.snapshot(this.#lesson.other);
    this.series[1].clear();
    const { timelines } = await this.#ask({
      kind: "fork",
      fork: { ...other, at: this.shown.past?.step ?? this.head },
    });
    this.#lesson.run.fork = { ...other, at: timelines[1]!.step };
  }
  async unfork(): Promise<void> {
    this.pause();
    this.#lesson.run.fork = null;
    this.series[1].clear();
    if (this.#live) await this.#ask({ kind: "unfork" });
  }
}

const sessions = new WeakMap<PlaygroundLesson, Session>();

/** The lesson's session, which follows it as long as the component is there. */
export function useSession(lesson: PlaygroundLesson): Session {
  let session = sessions.get(lesson);
  if (session === undefined) {
    session = new Session(lesson);
    sessions.set(lesson, session);
  }
  const found = session;
  $effect(() => found.enter());
  $effect(() => {
    const { rate, l2, run } = lesson;
    void [rate, l2, run.trained, markOf(lesson)];
    untrack(() => found.follow());
  });
  return found;
}
