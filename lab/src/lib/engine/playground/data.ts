/** Sets of points, drawn by maru's generator: the same settings give the same points, here and in a reader's program. */
import { array, Generator, stack, type Tensor } from "maru/light";
import { EDGE, type Points } from "./settings.js";

export const KINDS = ["blobs", "xor", "circle", "moons", "spiral", "own"] as const;
export type Kind = (typeof KINDS)[number];
export const MOST_POINTS = 400;

/** A point that the reader has put: x1, x2 and its class. */
export type OwnPoint = [x1: number, x2: number, label: number];

export interface DataSettings {
  readonly kind: Kind;
  readonly classes: 2 | 3;
  readonly count: number;
  /** Standard deviation of what is added to both coordinates. */
  readonly noise: number;
  /** The part of the points that is kept for testing. */
  readonly test: number;
  readonly dataSeed: number;
  readonly points: readonly OwnPoint[];
}

/** Sets that can have three classes; of the reader's own points the classes that are there count. */
export const mayHaveThree = (kind: Kind): boolean => kind !== "xor" && kind !== "moons";

export const classesOf = ({ kind, classes, points }: DataSettings): 2 | 3 =>
  kind === "own" ? (points.some(([, , label]) => label === 2) ? 3 : 2) : mayHaveThree(kind) ? classes : 2;

/** All points of a set, class after class in turn. */
function drawn(settings: DataSettings): { x: Float32Array; y: Int32Array } {
  const { kind, count: n, noise, dataSeed, points } = settings;
  if (kind === "own") {
    return {
      x: Float32Array.from(points.flatMap((point) => point.slice(0, 2))),
      y: Int32Array.from(points, ([, , label]) => label),
    };
  }
  const classes = classesOf(settings);
  const generator = new Generator(dataSeed);
  const u = generator.uniform([n]) as Tensor;
  const v = generator.uniform([n]) as Tensor;
  const y = Int32Array.from({ length: n }, (_, i) => i % classes);
  const x = SHAPES[kind](u, v, array(y) as Tensor, classes);
  const moved = x.add(generator.normal([n, 2]).mul(noise));
  const kept = moved.maximum(-EDGE).minimum(EDGE).astype("float32");
  return { x: Float32Array.from(kept.dataSync()), y };
}

type Draw = (u: Tensor, v: Tensor, y: Tensor, classes: number) => Tensor;

const pair = (x1: Tensor, x2: Tensor): Tensor => stack([x1, x2], 1) as Tensor;
const around = (angle: Tensor, radius: Tensor): Tensor =>
  pair(angle.cos().mul(radius) as Tensor, angle.sin().mul(radius) as Tensor);

/** u and v are uniform between 0 and 1. */
const SHAPES: Readonly<Record<Exclude<Kind, "own">, Draw>> = {
  // Discs round the corners of a polygon.
  blobs: (u, v, y, classes) => {
    const middle = y.mul((2 * Math.PI) / classes).add(Math.PI / 4) as Tensor;
    return around(middle, y.mul(0).add(1.1) as Tensor).add(
      around(u.mul(2 * Math.PI) as Tensor, v.sqrt().mul(0.55) as Tensor),
    ) as Tensor;
  },
  // Class 1 where the signs differ: x2 takes the sign of x1, or the other one.
  xor: (u, v, y) => {
    const x1 = u.mul(2).sub(1) as Tensor;
    const side = x1.ge(0).astype("float32").mul(2).sub(1) as Tensor;
    const flip = y.mul(-2).add(1) as Tensor;
    const away = v.mul(1.4).add(0.15).mul(side).mul(flip) as Tensor;
    return pair(x1.mul(1.4).add(side.mul(0.15)) as Tensor, away);
  },
  // Rings, class 0 the innermost.
  circle: (u, v, y, classes) => {
    const width = 1.75 / (classes * 1.5 - 0.5);
    return around(u.mul(2 * Math.PI) as Tensor, y.mul(1.5).add(v).mul(width) as Tensor);
  },
  // Two half circles, one in the other's opening.
  moons: (u, v, y) => {
    const angle = u.mul(Math.PI) as Tensor;
    const radius = v.mul(0.2).add(0.95) as Tensor;
    const turn = y.mul(-2).add(1) as Tensor;
    return pair(
      angle.cos().mul(radius).add(y).sub(0.5) as Tensor,
      angle.sin().mul(radius).sub(0.25).mul(turn) as Tensor,
    );
  },
  // One arm for each class.
  spiral: (u, _, y, classes) => {
    const angle = u.mul(1.2 * 2 * Math.PI).add(y.mul((2 * Math.PI) / classes)) as Tensor;
    return around(angle, u.mul(1.6).add(0.15) as Tensor);
  },
};

export interface Split {
  readonly train: Points;
  readonly test: Points;
}

/** The points of training and of test: the first of a random order are kept for testing. */
export function dataOf(settings: DataSettings): Split {
  const { x, y } = drawn(settings);
  const n = y.length;
  const order = n === 0 ? [] : [...new Generator(settings.dataSeed + 1).permutation(n).dataSync()];
  const tests = Math.min(Math.floor(n * settings.test), Math.max(0, n - 1));
  const taken = (indices: readonly number[]): Points => ({
    x: Float32Array.from(indices.flatMap((i) => [x[2 * i]!, x[2 * i + 1]!])),
    y: Int32Array.from(indices, (i) => y[i]!),
  });
  // Within each part they keep their own order, so that points of a set can be told apart.
  const sorted = (indices: readonly number[]): number[] => indices.toSorted((a, b) => a - b);
  return { train: taken(sorted(order.slice(tests))), test: taken(sorted(order.slice(0, tests))) };
}
