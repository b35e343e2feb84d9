/**
 * A REPL's cells, run from the first to the last as one program each time: what a link holds gives what it gave. A cell that
 * fails has no effect; it keeps its error, and the cells after it run without it.
 */
import type { Program } from "../../editor/messages.js";
import type { Line } from "../../runner/runner.js";
import { type Fell, Runs } from "../../runner/runs.svelte.js";

export interface Shown {
  readonly lines: readonly Line[];
  readonly fell: Fell | undefined;
}

export class Replay {
  readonly runs = new Runs();
  /** What each cell showed, by its text's place; kept for cells that failed. */
  #failed: ReadonlyMap<number, Shown> = $state.raw(new Map());
  /** The cells that ran, of those that there are. */
  #ran: readonly number[] = $state.raw([]);

  /** The cells without those that failed. */
  sound(cells: readonly string[]): number[] {
    return cells.map((_, i) => i).filter((i) => !this.#failed.has(i));
  }

  program(cells: readonly string[], draft?: string): Program {
    const sound = this.sound(cells).map((i) => cells[i]!);
    return { cells: draft === undefined ? sound : [...sound, draft], repl: true };
  }

  shownOf(cell: number): Shown {
    const failed = this.#failed.get(cell);
    if (failed !== undefined) return failed;
    const at = this.#ran.indexOf(cell);
    if (at < 0) return { lines: [], fell: undefined };
    const { fell, lines } = this.runs;
    return { lines: lines.filter((line) => line.cell === at), fell: fell?.cell === at ? fell : undefined };
  }

  /** Whether anything has been run since the cells were loaded. */
  get fresh(): boolean {
    return this.#ran.length > 0 || this.#failed.size > 0;
  }

  async run(cells: readonly string[]): Promise<void> {
    for (;;) {
      const ran = this.sound(cells);
      this.#ran = ran;
      if (ran.length === 0) return this.runs.clear();
      await this.runs.start(this.program(cells));
      await this.runs.settled();
      const { fell, phase } = this.runs;
      if (phase !== "ended" || fell === undefined) return;
      const cell = ran[fell.cell];
      if (cell === undefined || this.#failed.has(cell)) return;
      this.#failed = new Map([...this.#failed, [cell, this.shownOf(cell)]]);
      // Those after it have not run yet.
      if (fell.cell === ran.length - 1) return;
    }
  }

  stop(): void {
    this.runs.stop();
  }

  forget(): void {
    this.runs.clear();
    this.#failed = new Map();
    this.#ran = [];
  }
}
