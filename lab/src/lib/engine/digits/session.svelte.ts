/**
 * The network that learns digits, as pages see it. It lives beside the page until the window is closed, so that the
 * chapters after the one that trained it find it trained.
 */
import { type Remote, type RemoteFault, startRemote } from "../remote.js";
import type { Answer, Ask, FeatureMaps, Progress } from "./protocol.js";

export type Phase = "none" | "loading" | "running" | "paused" | "measuring" | "done" | "stopped";

export interface Tested {
  readonly step: number;
  readonly right: number;
  readonly of: number;
}

export interface Prediction {
  readonly probabilities: readonly number[];
  readonly maps: readonly FeatureMaps[];
}

class Digits {
  phase = $state<Phase>("none");
  progress = $state.raw<Progress>();
  history = $state.raw<readonly Progress[]>([]);
  tested = $state.raw<readonly Tested[]>([]);
  prediction = $state.raw<Prediction>();
  fault = $state.raw<{ readonly kind: RemoteFault; readonly detail: string }>();
  #remote: Remote<Ask> | undefined;
  #asked = 0;
  #waiting: Float32Array | undefined;
  #busy = false;
  #digits = new Map<number, (found: { image: Float32Array; label: number }) => void>();

  /** Whether there is a network that has learned something. */
  get trained(): boolean {
    return this.progress !== undefined;
  }
  get active(): boolean {
    return ["loading", "running", "paused", "measuring"].includes(this.phase);
  }

  train(seed: number, steps: number): void {
    this.fault = undefined;
    this.progress = undefined;
    this.prediction = undefined;
    [this.history, this.tested] = [[], []];
    if (this.#start() === undefined) return;
    this.phase = "loading";
    this.#remote!.send({ kind: "train", seed, steps });
  }

  pause(): void {
    this.#remote?.send({ kind: "pause" });
    this.phase = "paused";
  }

  go(): void {
    this.#remote?.send({ kind: "go" });
    this.phase = "running";
  }

  stop(): void {
    this.#remote?.send({ kind: "stop" });
    this.phase = this.trained ? "stopped" : "none";
  }

  /** Asks for what the network sees in an image; of several that wait, only the last is asked. */
  predict(image: Float32Array): void {
    if (!this.trained) return;
    if (this.#busy) {
      this.#waiting = image;
      return;
    }
    this.#busy = true;
    this.#remote?.send({ kind: "predict", id: ++this.#asked, image });
  }

  /** A digit that is kept for tests, and what it is. */
  digit(index: number): Promise<{ image: Float32Array; label: number }> {
    return new Promise((resolve, reject) => {
      this.fault = undefined;
      if (this.#start() === undefined) reject(new Error("no worker"));
      this.#digits.set(index, resolve);
      this.#remote?.send({ kind: "test", index });
    });
  }

  #start(): Remote<Ask> | undefined {
    this.#remote ??= startRemote<Ask, Answer>(
      () => new Worker(new URL("./digits.worker.ts", import.meta.url), { type: "module" }),
      (answer) => this.#heard(answer),
      (kind, detail) => this.#failed(kind, detail),
    );
    return this.#remote;
  }

  #failed(kind: RemoteFault, detail: string): void {
    this.#remote?.stop();
    this.#remote = undefined;
    this.#busy = false;
    this.#waiting = undefined;
    this.progress = undefined;
    this.phase = "none";
    this.fault = { kind, detail };
  }

  #heard(answer: Answer): void {
    if (answer.kind === "loaded") {
      if (this.phase === "loading") this.phase = "running";
    } else if (answer.kind === "progress") this.#moved(answer.progress);
    else if (answer.kind === "accuracy")
      this.tested = [...this.tested, { step: answer.step, right: answer.right, of: answer.of }];
    else if (answer.kind === "ended") {
      if (answer.complete) this.phase = "done";
    } else if (answer.kind === "digit") {
      this.#digits.get(answer.index)?.(answer);
      this.#digits.delete(answer.index);
    } else if (answer.kind === "prediction") this.#predicted(answer);
    else this.#failed("failed", answer.detail);
  }

  #moved(progress: Progress): void {
    this.progress = progress;
    this.history = [...this.history, progress];
    if (progress.step === progress.steps && this.phase === "running") this.phase = "measuring";
  }

  #predicted(answer: Prediction): void {
    this.#busy = false;
    this.prediction = { probabilities: answer.probabilities, maps: answer.maps };
    const next = this.#waiting;
    this.#waiting = undefined;
    if (next !== undefined) this.predict(next);
  }
}

export const digits = new Digits();
