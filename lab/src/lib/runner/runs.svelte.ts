/** A program's runs, for a component to show: what it said, how it ended, what its last expression became. */
import { ask, NoLanguage } from "../editor/language.js";
import type { Emitted, Problem, Program } from "../editor/messages.js";
import type { RemoteFault } from "../engine/remote.js";
import { type Explanation, type Line, type Run, run, warmRunner } from "./runner.js";

export interface Fell {
  readonly name: string;
  readonly message: string;
  readonly cell: number;
  /** As the reader counts lines; undefined where it is not known. */
  readonly line: number | undefined;
}

export type Phase = "idle" | "starting" | "running" | "ended" | "stopped";

export class Runs {
  phase: Phase = $state("idle");
  lines: readonly Line[] = $state.raw([]);
  dropped = $state(0);
  fell: Fell | undefined = $state.raw();
  fault: { readonly fault: RemoteFault; readonly detail: string } | undefined = $state.raw();
  milliseconds: number | undefined = $state();
  explanation: Explanation | undefined = $state.raw();
  /** The expression that was explained; empty where the program has none. */
  expression: string | undefined = $state();
  #run: Run | undefined;
  #turn = 0;
  #waiting: (() => void)[] = [];

  get busy(): boolean {
    return this.phase === "starting" || this.phase === "running";
  }

  start(program: Program): Promise<void> {
    return this.#begin("emit", program);
  }

  /** What the kernels of the last expression are, in place of running the program. */
  explain(program: Program): Promise<void> {
    this.explanation = undefined;
    this.expression = undefined;
    return this.#begin("explain", program);
  }

  /** When the program has ended or was stopped. */
  settled(): Promise<void> {
    return this.busy ? new Promise((settled) => this.#waiting.push(settled)) : Promise.resolve();
  }

  #settle(phase: Phase): void {
    this.phase = phase;
    for (const settled of this.#waiting.splice(0)) settled();
  }

  stop(): void {
    this.#turn++;
    this.#run?.stop();
    this.#run = undefined;
    if (this.busy) this.#settle("stopped");
  }

  clear(): void {
    this.stop();
    this.phase = "idle";
    [this.lines, this.dropped, this.fell, this.fault, this.milliseconds] = [
      [],
      0,
      undefined,
      undefined,
      undefined,
    ];
  }

  async #begin(question: "emit" | "explain", program: Program): Promise<void> {
    this.stop();
    const turn = ++this.#turn;
    this.phase = "starting";
    this.fell = undefined;
    this.fault = undefined;
    this.milliseconds = undefined;
    if (question === "emit") [this.lines, this.dropped] = [[], 0];
    try {
      // The frame loads while TypeScript works.
      void warmRunner().catch(() => {});
      const emitted = await ask(question, program);
      if (turn === this.#turn) this.#start(emitted, question === "emit");
    } catch (error) {
      if (turn !== this.#turn) return;
      const fault = error instanceof NoLanguage ? error.fault : "failed";
      this.fault = { fault, detail: error instanceof Error ? error.message : String(error) };
      this.#settle("ended");
    }
  }

  #start(emitted: Emitted, keeps: boolean): void {
    const [wrong] = emitted.problems;
    if (!keeps) this.expression = emitted.expression ?? "";
    if (wrong !== undefined) this.fell = fellAt(wrong);
    if (wrong !== undefined || emitted.js === "") {
      this.#settle("ended");
      return;
    }
    this.phase = "running";
    this.#run = run(emitted.js, {
      out: (lines, dropped) => {
        if (keeps) [this.lines, this.dropped] = [[...this.lines, ...lines], dropped];
      },
      end: ({ milliseconds, error, explanation }) => {
        const place = error?.place === undefined ? undefined : emitted.lines[error.place.line - 1];
        if (error !== undefined) {
          const cell = place?.[0] ?? error.cell;
          this.fell = { name: error.name, message: error.message, cell, line: place?.[1] };
        }
        this.milliseconds = milliseconds;
        if (!keeps) this.explanation = explanation;
        this.#settle("ended");
      },
      fault: (fault, detail) => {
        this.fault = { fault, detail };
        this.#settle("ended");
      },
    });
  }
}

const fellAt = ({ message, cell, line }: Problem): Fell => ({ name: "SyntaxError", message, cell, line });
