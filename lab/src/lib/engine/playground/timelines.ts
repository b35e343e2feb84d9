/** The trainings that a worker holds, with their past: what answers the page's questions. */
import {
  type Act,
  type Answer,
  type Ask,
  type ForkSettings,
  frameBytes,
  frameViews,
  type SampleSeen,
  type TimelineSeen,
} from "./protocol.js";
import { Run, type Snapshot } from "./run.js";
import type { NetworkSettings, Points } from "./settings.js";
import { Thinned } from "./thinned.js";

/** Steps of a training that are kept: some five kilobytes each where the network is largest. */
const MOST_KEPT = 200;

interface Training {
  readonly settings: NetworkSettings;
  readonly train: Points;
  readonly test: Points;
  readonly acts: readonly Act[];
}

export class Timelines {
  readonly #training: Training;
  readonly #first: Run;
  #fork: Run | undefined;
  readonly #kept = new Thinned<Snapshot>(MOST_KEPT);
  /** Acts of a restored training that are still to come, in their order. */
  #coming: Act[];
  /** The gap and the number of kept steps that the page knows of. */
  #told = "";
  /** For pictures of the past: a network that is not trained. */
  #viewer: Run | undefined;

  constructor(training: Training) {
    this.#training = training;
    this.#first = new Run(training.settings, training.train, training.test);
    this.#coming = [...training.acts];
    this.#keep();
  }

  answer(ask: Exclude<Ask, { kind: "begin" }>): Answer {
    if (ask.kind === "advance") this.#advance(ask);
    else if (ask.kind === "fork") this.#forkAt(ask.fork);
    else if (ask.kind === "unfork") this.#fork = undefined;
    else if (ask.kind === "sample") return this.frame({ sample: this.#sample() });
    else if (ask.kind === "act") {
      const act: Act = { at: this.#first.step, what: ask.what, index: ask.index, to: ask.to };
      this.#carryOut(act);
      return this.frame({ act });
    } else if (ask.at !== undefined) return this.frame({ past: ask.at });
    return this.frame({});
  }

  #keep(): void {
    const { step } = this.#first;
    if (this.#kept.wants(step)) this.#kept.add(step, this.#first.snapshot());
  }

  #carryOut({ what, index, to }: Act): void {
    if (what === "rate") this.#first.rate = to;
    else if (what === "l2") this.#first.l2 = to;
    else {
      const weights = this.#first.weights();
      if (index < weights.length) weights[index] = to;
      this.#first.setWeights(weights);
    }
  }

  #due(): void {
    while (this.#coming.length > 0 && this.#coming[0]!.at <= this.#first.step)
      this.#carryOut(this.#coming.shift()!);
  }

  #sample(): SampleSeen {
    this.#due();
    const seen = this.#first.sample();
    this.#keep();
    return seen;
  }

  #advance({ updates, budget, until }: Extract<Ask, { kind: "advance" }>): void {
    const end = performance.now() + budget;
    for (let i = 0; i < updates; i++) {
      const behind = this.#fork !== undefined && this.#fork.step < this.#first.step;
      if (!behind) {
        if (this.#first.step >= until) break;
        this.#due();
        this.#first.advance();
        this.#keep();
      }
      this.#fork?.advance();
      if (performance.now() >= end) break;
    }
    // A training that goes exactly so far has its last changes too.
    if (this.#first.step >= until) this.#due();
  }

  /** A second training, from what the first one was at a step. */
  #forkAt({ at, optimizer, rate, l2 }: ForkSettings): void {
    const { settings, train, test } = this.#training;
    const from = at >= this.#first.step ? this.#first.snapshot() : this.#kept.at(at)!.value;
    const same = optimizer === settings.optimizer;
    this.#fork = new Run({ ...settings, optimizer, rate, l2 }, train, test);
    this.#fork.restore(from, same);
  }

  frame({ past, sample, act }: { past?: number; sample?: SampleSeen; act?: Act }): Answer {
    const shown = past === undefined ? this.#first : this.#view(past);
    const runs = this.#fork === undefined ? [shown] : [shown, this.#fork];
    const buffer = new ArrayBuffer(frameBytes(shown.sizes, runs.length));
    frameViews(buffer, shown.sizes, runs.length).forEach((view, i) => {
      const run = runs[i]!;
      view.weights.set(run.weights());
      const gradients = run.gradients();
      if (gradients !== undefined) view.gradients.set(gradients);
      run.pictures(view.pictures, i > 0);
    });
    const kept = this.#keptNews();
    return {
      kind: "frame",
      timelines: runs.map(seenOf),
      ...(past !== undefined && { past: shown.step }),
      ...(sample !== undefined && { sample }),
      ...(act !== undefined && { act }),
      ...(kept !== undefined && { kept }),
      buffer,
    };
  }

  #view(at: number): Run {
    const { settings, train, test } = this.#training;
    this.#viewer ??= new Run(settings, train, test);
    this.#viewer.restore(this.#kept.at(at)!.value, false);
    return this.#viewer;
  }

  #keptNews(): number[] | undefined {
    const news = `${this.#kept.gap} ${this.#kept.entries.length}`;
    if (news === this.#told) return undefined;
    this.#told = news;
    return this.#kept.entries.map(({ step }) => step);
  }
}

function seenOf(run: Run): TimelineSeen {
  const measures = run.measure();
  return {
    step: run.step,
    ...measures,
    lost: !Number.isFinite(measures.trainLoss),
    gradientSizes: run.gradientSizes(),
  };
}
