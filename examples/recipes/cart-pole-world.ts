/**
 * The cart-pole: a pole stands on a cart by a hinge, and the cart is pushed left or right fifty times a second. The pole
 * must not fall and the cart must not leave its track. The equations of motion are those of Barto, Sutton and Anderson
 * 1983, Neuronlike Adaptive Elements That Can Solve Difficult Learning Control Problems (appendix), without friction.
 */
import type { Generator } from "maru";

/** Where the cart is (m), how fast it goes (m/s), the pole's angle from upright (rad), and how fast it turns (rad/s). */
export type State = readonly [x: number, velocity: number, angle: number, turning: number];

/** An episode ends after so many pushes, if the pole stands so long: the largest return there is. */
export const LIMIT = 500;

const GRAVITY = 9.8;
const CART = 1;
const POLE = 0.1;
/** Half of the pole's length. */
const HALF = 0.5;
const FORCE = 10;
const SECONDS = 0.02;
const TRACK = 2.4;
const TILT = (12 * Math.PI) / 180;

/** The state after one push, to the right (1) or to the left (0): one step of Euler's method. */
export function push([x, velocity, angle, turning]: State, action: number): State {
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const force = action === 1 ? FORCE : -FORCE;
  const thrust = (force + POLE * HALF * turning ** 2 * sin) / (CART + POLE);
  const turn = (GRAVITY * sin - cos * thrust) / (HALF * (4 / 3 - (POLE * cos ** 2) / (CART + POLE)));
  const speedUp = thrust - (POLE * HALF * turn * cos) / (CART + POLE);
  return [
    x + SECONDS * velocity,
    velocity + SECONDS * speedUp,
    angle + SECONDS * turning,
    turning + SECONDS * turn,
  ];
}

/** Has the pole fallen, or the cart left its track? */
export const isOver = ([x, , angle]: State): boolean => Math.abs(x) > TRACK || Math.abs(angle) > TILT;

/** So many first states: each of the four numbers uniform from -0.05 to 0.05. */
export const beginnings = (count: number, random: Generator): State[] =>
  random.uniform([count, 4], { low: -0.05, high: 0.05, dtype: "float64" }).toArray() as unknown as State[];
