/** One measurement at a time, beside the page. What comes is put into the lesson. */
import { type Remote, type RemoteFault, startRemote } from "../../engine/remote.js";
import {
  ACTIVATIONS,
  AMOUNTS,
  type Answer,
  type Ask,
  DEPTHS,
  DRAWS,
  ENGINES,
  type Measurement,
} from "../../engine/why-now/protocol.js";
import type { WhyNowLesson } from "./lesson.js";

/** How many results a measurement has. */
export const TOTAL: Readonly<Record<Measurement, number>> = {
  data: AMOUNTS.length * DRAWS,
  power: ENGINES.length,
  depth: DEPTHS.length * ACTIVATIONS.length,
};

class Session {
  running = $state<Measurement>();
  fault = $state<{ readonly kind: RemoteFault; readonly detail: string }>();
  #remote: Remote<Ask> | undefined;

  start(measure: Measurement, lesson: WhyNowLesson): void {
    this.stop();
    this.fault = undefined;
    lesson[measure] = [];
    this.#remote = startRemote<Ask, Answer>(
      () =>
        new Worker(new URL("../../engine/why-now/measure.worker.ts", import.meta.url), { type: "module" }),
      (answer) => this.#heard(answer, lesson),
      (kind, detail) => {
        this.fault = { kind, detail };
        this.running = undefined;
      },
    );
    if (this.#remote === undefined) return;
    this.running = measure;
    this.#remote.send({ measure, seed: lesson.seed });
  }

  stop(): void {
    this.#remote?.stop();
    this.#remote = undefined;
    this.running = undefined;
  }

  #heard(answer: Answer, lesson: WhyNowLesson): void {
    if (answer.kind === "done") this.stop();
    else if (answer.kind === "data") lesson.data.push(answer.point);
    else if (answer.kind === "power") lesson.power.push(answer.point);
    else lesson.depth.push(answer.point);
  }
}

export const session = new Session();
