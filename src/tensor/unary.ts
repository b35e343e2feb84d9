/** What the elementary functions of one array share: their types by the dtype that they give, and how they are made. */
import type { FloatOf, Node, QuotientOf } from "../graph/index.js";
import { type DTypeOfLike, nodeOf, type ShapeOfLike, type TensorLike } from "./like.js";
import { install, type Tensor, wrap } from "./tensor.js";

/** Keeps the dtype. */
export type SameFunction = <const X extends TensorLike>(x: X) => Tensor<ShapeOfLike<X>, DTypeOfLike<X>>;

/** Gives a float: int32 float64, uint8 and bool float32. */
export type FloatFunction = <const X extends TensorLike>(
  x: X,
) => Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;

/** Gives a float: float64 for anything that is none. */
export type QuotientFunction = <const X extends TensorLike>(
  x: X,
) => Tensor<ShapeOfLike<X>, QuotientOf<DTypeOfLike<X>>>;

/** Gives a truth for each element. */
export type TruthFunction = <const X extends TensorLike>(x: X) => Tensor<ShapeOfLike<X>, "bool">;

/** A free function from an operation on nodes. */
export const lifted =
  (op: (x: Node) => Node) =>
  (x: TensorLike): never =>
    wrap(op(nodeOf(x))) as never;

/** Makes functions of one array methods, under the same names. */
export function installUnary(functions: Readonly<Record<string, (x: Tensor) => unknown>>): void {
  for (const [name, f] of Object.entries(functions)) {
    install({
      [name](this: Tensor) {
        return f(this);
      },
    });
  }
}
