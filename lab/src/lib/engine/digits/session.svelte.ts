/**
 * The network that learns digits, as pages see it. It lives beside the page until the window is closed, so that the
 * chapters after the one that trained it find it trained.
 */
import { type Remote, type RemoteFault, startRemote } from "../remote.js";
import type { Answer, Ask, NetworkWeights, Painted, Prediction, Progress, Reply } from "./protocol.js";

export type Phase = "none" | "loading" | "running" | "paused" | "measuring" | "done" | "stopped";

export interface Tested {
  readonly step: number;
  readonly right: number;
  readonly of: number;
}

/** A question that is answered by its number, one or several times. */
type Question = Extract<Ask, { readonly id: number }>;
/** Without its number, which the session gives. */
type Unnumbered<Q> = Q extends unknown ? Omit<Q, "id"> : never;
export type Look = Unnumbered<Exclude<Question, { readonly kind: "forget" }>>;

class Digits {
  phase = $state<Phase>("none");
  progress = $state.raw<Progress>();
  history = $state.raw<readonly Progress[]>([]);
  tested = $state.raw<readonly Tested[]>([]);
  prediction = $state.raw<Prediction>();
  fault = $state.raw<{ readonly kind: RemoteFault; readonly detail: string }>();
  /** Called when the network is no longer the one that it was. */
  readonly anew = new Set<() => void>();
  #remote: Remote<Ask> | undefined;
  #asked = 0;
  #waiting: { readonly image: Float32Array; readonly painted: Painted | undefined } | undefined;
  #busy = false;
  #watchers = new Map<number, (reply: Reply | undefined) => void>();

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
    for (const heard of this.anew) heard();
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
  predict(image: Float32Array, painted?: Painted): void {
    if (!this.trained) return;
    if (this.#busy) {
      this.#waiting = { image, painted };
      return;
    }
    this.#busy = true;
    this.look({ kind: "predict", image, painted }, (reply) => {
      if (reply?.kind === "prediction") this.#predicted(reply);
    });
  }

  /** A digit that is kept for tests, and what it is. */
  digit(index: number): Promise<{ image: Float32Array; label: number }> {
    return new Promise((resolve, reject) => {
      this.look({ kind: "test", index }, (reply) => {
        if (reply?.kind === "digit") resolve(reply);
        else reject(new Error("no worker"));
      });
    });
  }

  /** The numbers that the network has learned; undefined where there is none. */
  weights(): Promise<NetworkWeights | undefined> {
    if (!this.trained) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.look({ kind: "weights" }, (reply) =>
        resolve(reply?.kind === "weights" ? reply.weights : undefined),
      );
    });
  }

  /**
   * Asks something; `heard` gets each answer, and undefined when there will be no more.
   *
   * @returns what takes the question back
   */
  look(ask: Look, heard: (reply: Reply | undefined) => void): () => void {
    this.fault = undefined;
    const id = ++this.#asked;
    this.#watchers.set(id, heard);
    this.#start()?.send({ ...ask, id } as Question);
    return () => {
      if (this.#watchers.delete(id)) this.#remote?.send({ kind: "forget", id });
    };
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
    const lost = [...this.#watchers.values()];
    this.#watchers.clear();
    for (const heard of lost) heard(undefined);
  }

  #heard(answer: Answer): void {
    if (answer.kind === "loaded") {
      if (this.phase === "loading") this.phase = "running";
    } else if (answer.kind === "progress") this.#moved(answer.progress);
    else if (answer.kind === "accuracy")
      this.tested = [...this.tested, { step: answer.step, right: answer.right, of: answer.of }];
    else if (answer.kind === "ended") {
      if (answer.complete) this.phase = "done";
    } else if (answer.kind === "reply") this.#watchers.get(answer.id)?.(answer.reply);
    else if (answer.kind === "answered") {
      this.#watchers.get(answer.id)?.(undefined);
      this.#watchers.delete(answer.id);
    } else this.#failed("failed", answer.detail);
  }

  #moved(progress: Progress): void {
    this.progress = progress;
    this.history = [...this.history, progress];
    if (progress.step === progress.steps && this.phase === "running") this.phase = "measuring";
  }

  #predicted({ probabilities, maps }: Prediction): void {
    this.#busy = false;
    this.prediction = { probabilities, maps };
    const next = this.#waiting;
    this.#waiting = undefined;
    if (next !== undefined) this.predict(next.image, next.painted);
  }
}

export const digits = new Digits();
