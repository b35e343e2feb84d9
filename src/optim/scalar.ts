/**
 * The numbers of a step. Most are known when the graph is made; a learning rate, a momentum that a schedule moves and a
 * count of steps are 0-d nodes in float64, so that a step with other numbers is the same graph. What is computed of them
 * is computed in float64, as PyTorch computes it in Python, and then rounded to the parameter's dtype.
 */
import { add, binary, cast, constant, like, mul, type Node, stretch, unary } from "../graph/index.js";

/** A number, or a 0-d node in float64. */
export type Scalar = number | Node;

const asNode = (x: Scalar): Node => (typeof x === "number" ? constant(x, "float64") : x);

const combined =
  (op: "add" | "sub" | "mul" | "div" | "pow", compute: (a: number, b: number) => number) =>
  (a: Scalar, b: Scalar): Scalar =>
    typeof a === "number" && typeof b === "number" ? compute(a, b) : binary(op, asNode(a), asNode(b));

export const plus = combined("add", (a, b) => a + b);
export const minus = combined("sub", (a, b) => a - b);
export const times = combined("mul", (a, b) => a * b);
export const over = combined("div", (a, b) => a / b);
export const power = combined("pow", (a, b) => a ** b);

export const root = (x: Scalar): Scalar => (typeof x === "number" ? Math.sqrt(x) : unary("sqrt", x));

/** The number in p's shape and dtype. */
export const spread = (x: Scalar, p: Node): Node =>
  typeof x === "number" ? like(p, x) : stretch(cast(x, p.dtype), p.shape);

/** x times a number. */
export const scaled = (x: Node, factor: Scalar): Node => mul(x, spread(factor, x));

/** A running average: keep * old + (1 - keep) * fresh. */
export const blend = (old: Node, fresh: Node, keep: Scalar): Node =>
  add(scaled(old, keep), scaled(fresh, minus(1, keep)));

/** An L2 penalty: the gradient and weightDecay * p. */
export const penalized = (g: Node, p: Node, weightDecay: number): Node =>
  weightDecay === 0 ? g : add(g, scaled(p, weightDecay));

/** Decoupled weight decay: (1 - lr * weightDecay) p. */
export const decayed = (p: Node, lr: Scalar, weightDecay: number): Node =>
  weightDecay === 0 ? p : scaled(p, minus(1, times(lr, weightDecay)));

/** The count of steps after this one. */
export const next = (count: Node): Node => plus(count, 1) as Node;
