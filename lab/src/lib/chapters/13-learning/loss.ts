/** Losses over two weights, their slopes and the paths down them, all by maru. */
import { array, Generator, grad, linspace, sigmoid, type Tensor } from "maru/light";
import type { LearningLesson } from "./lesson.js";

export const PROBLEMS = ["line", "sigmoid", "step"] as const;
export type Problem = (typeof PROBLEMS)[number];
export const MOST_STEPS = 400;
export const MOST_RUNS = 40;

const exactly = { dtype: "float64" } as const;
const POINTS = 8;

/** Points near a line: what there is to learn. */
export function pointsOf(seed: number): { x: number[]; y: number[] } {
  const x = linspace(-2, 2, POINTS, exactly) as Tensor;
  const noise = new Generator(seed).normal([POINTS]).astype("float64").mul(0.35) as Tensor;
  return { x: x.toArray() as number[], y: x.mul(0.8).sub(0.5).add(noise).toArray() as number[] };
}

/** OR, for a neuron with the bias -2. */
const CASES = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
];
const OR = [0, 1, 1, 1];
const BIAS = -2;

/** Mean squared errors at pairs of weights (n, 2), as (n). */
export type Loss = (pairs: Tensor) => Tensor;

export function lossOf(problem: Problem, seed: number): Loss {
  if (problem === "line") {
    const { x, y } = pointsOf(seed);
    const [inputs, wanted] = [array([x], exactly), array([y], exactly)];
    return (pairs) =>
      pairs.at("...", "0:1").mul(inputs).add(pairs.at("...", "1:2")).sub(wanted).square().mean(1) as Tensor;
  }
  const [inputs, wanted] = [array(CASES, exactly).T, array([OR], exactly)];
  const h = (a: Tensor): Tensor => (problem === "step" ? a.gt(0).astype("float64") : sigmoid(a)) as Tensor;
  return (pairs) =>
    h(pairs.dot(inputs as never).add(BIAS) as Tensor)
      .sub(wanted)
      .square()
      .mean(1) as Tensor;
}

/** The window of weights that the map shows. */
export const WINDOW: Readonly<Record<Problem, readonly [from: number, to: number]>> = {
  line: [-3, 3],
  sigmoid: [-3, 9],
  step: [-3, 9],
};

export const lossAt = (loss: Loss, pair: readonly number[]): number =>
  (loss(array([[...pair]], exactly) as Tensor).toArray() as number[])[0]!;

export function slopeAt(loss: Loss, pair: readonly number[]): number[] {
  const at = array([[...pair]], exactly) as Tensor;
  return (grad((pairs: Tensor) => loss(pairs).sum() as Tensor)(at).toArray() as number[][])[0]!;
}

/** Losses over side by side pairs of the window, row by row from below. */
export function mapOf(loss: Loss, [from, to]: readonly [number, number], side: number): number[] {
  const half = (to - from) / side / 2;
  const axis = linspace(from + half, to - half, side, exactly) as Tensor;
  const first = axis
    .reshape(1, side, 1)
    .add(array(new Array(side).fill(0), exactly).reshape(side, 1, 1)) as Tensor;
  const second = axis
    .reshape(side, 1, 1)
    .add(array(new Array(side).fill(0), exactly).reshape(1, side, 1)) as Tensor;
  const pairs = first.mul(array([1, 0], exactly)).add(second.mul(array([0, 1], exactly))) as Tensor;
  return loss(pairs.reshape(side * side, 2) as Tensor).toArray() as number[];
}

/** The loss along the first weight, the other as it is. */
export function sliceOf(
  loss: Loss,
  b: number,
  [from, to]: readonly [number, number],
  n: number,
): { w: number[]; loss: number[] } {
  const w = linspace(from, to, n, exactly) as Tensor;
  const pairs = w
    .reshape(n, 1)
    .mul(array([1, 0], exactly))
    .add(array([0, b], exactly)) as Tensor;
  return { w: w.toArray() as number[], loss: loss(pairs).toArray() as number[] };
}

/** Beyond this a path is lost. */
const FAR = 1e6;
export const isLost = (pair: readonly number[]): boolean => !pair.every((value) => Math.abs(value) < FAR);

/** The path of gradient descent. It grows with the lesson's steps, and begins anew where those before have changed. */
export class Descent {
  path: number[][] = [];
  #key = "";
  #rates: number[] = [];
  #loss: Loss = lossOf("line", 1);

  follow({ problem, seed, start, runs }: LearningLesson): number[][] {
    const key = JSON.stringify([problem, seed, start]);
    const rates = runs.flatMap(([steps, rate]) => new Array<number>(steps!).fill(rate!));
    const grows = key === this.#key && this.#rates.every((rate, i) => rate === rates[i]);
    if (!grows) {
      this.#loss = lossOf(problem, seed);
      this.path = [[...start]];
    }
    this.#key = key;
    this.#rates = rates;
    for (let i = this.path.length - 1; i < rates.length; i++) {
      const here = this.path.at(-1)!;
      if (isLost(here)) break;
      const step = array(slopeAt(this.#loss, here), exactly).mul(rates[i]!);
      this.path.push(array(here, exactly).sub(step).toArray() as number[]);
    }
    return [...this.path];
  }
}

/** One more step at the present rate. */
export function takeSteps(lesson: LearningLesson, steps: number): void {
  const taken = lesson.runs.reduce((all, [n]) => all + n!, 0);
  const more = Math.min(steps, MOST_STEPS - taken);
  if (more <= 0) return;
  const last = lesson.runs.at(-1);
  if (last !== undefined && last[1] === lesson.rate) last[0]! += more;
  else if (lesson.runs.length < MOST_RUNS) lesson.runs.push([more, lesson.rate]);
}
