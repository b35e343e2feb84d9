/** What runs along one axis and leaves its size: running sums and softmax, as functions and as methods. */
import type { DType, QuotientOf, SumOf } from "../graph/index.js";
import * as ops from "../ops/index.js";
import type { Shape, SizeOf } from "../shape/index.js";
import { type AxisOf, type DTypeOfLike, nodeOf, type ShapeOfLike, type TensorLike } from "./like.js";
import { install, type Tensor, wrap } from "./tensor.js";

/** The shape stays along an axis; without one the array is flattened. */
type Along<X, A extends number | null> = A extends number ? ShapeOfLike<X> : [SizeOf<ShapeOfLike<X>>];

declare module "./tensor.js" {
  interface Tensor<S extends Shape = Shape, D extends DType = DType> {
    /** Running sums. {@link cumsum} */
    cumsum<X extends Tensor, const A extends number | null = null>(
      this: X,
      axis?: AxisOf<X, A>,
    ): Tensor<Along<X, A>, SumOf<DTypeOfLike<X>>>;
    /** e^x / sum e^x along an axis. {@link softmax} */
    softmax<X extends Tensor, const A extends number = -1>(
      this: X,
      axis?: AxisOf<X, A>,
    ): Tensor<ShapeOfLike<X>, QuotientOf<DTypeOfLike<X>>>;
    /** The logarithm of softmax. {@link logSoftmax} */
    logSoftmax<X extends Tensor, const A extends number = -1>(
      this: X,
      axis?: AxisOf<X, A>,
    ): Tensor<ShapeOfLike<X>, QuotientOf<DTypeOfLike<X>>>;
  }
}

/**
 * Running sums along an axis; without one, of the flattened array. Floats keep their dtype, others give int32.
 *
 * @throws AxisError where there is no such axis
 * @example
 * ```ts
 * String(cumsum([1, 2, 3])); // [1. 3. 6.]
 * String(cumsum([[1, 2], [3, 4]], 0)); // [[1. 2.]
 *                                      //  [4. 6.]]
 * ```
 */
export function cumsum<const X extends TensorLike, const A extends number | null = null>(
  x: X,
  axis?: AxisOf<X, A>,
): Tensor<Along<X, A>, SumOf<DTypeOfLike<X>>> {
  return wrap(ops.cumsum(nodeOf(x), axis as number | null | undefined));
}

type SoftmaxFunction = <const X extends TensorLike, const A extends number = -1>(
  x: X,
  axis?: AxisOf<X, A>,
) => Tensor<ShapeOfLike<X>, QuotientOf<DTypeOfLike<X>>>;

const along =
  (op: (x: ReturnType<typeof nodeOf>, axis?: number) => ReturnType<typeof nodeOf>) =>
  (x: TensorLike, axis?: unknown): never =>
    wrap(op(nodeOf(x), axis as number | undefined)) as never;

/**
 * Probabilities from scores along an axis (the last): e^x / sum e^x, computed with the largest score taken away so
 * that nothing overflows. Floats keep their dtype, others give float64.
 *
 * @throws AxisError where there is no such axis
 * @example
 * ```ts
 * String(softmax([1, 2, 3])); // [0.09003057 0.24472848 0.66524094]
 * String(array([[1, 1], [1000, 1000]]).softmax()); // [[0.5 0.5]
 *                                                  //  [0.5 0.5]]
 * ```
 */
export const softmax: SoftmaxFunction = along(ops.softmax);

/**
 * The logarithm of {@link softmax} along an axis (the last): x - ln sum e^x, accurate where softmax is near 0.
 *
 * @throws AxisError where there is no such axis
 * @example
 * ```ts
 * String(logSoftmax([0, 0])); // [-0.6931472 -0.6931472]
 * ```
 */
export const logSoftmax: SoftmaxFunction = along(ops.logSoftmax);

install({
  cumsum(this: Tensor, axis?: number | null) {
    return wrap(ops.cumsum(this.node, axis));
  },
  softmax(this: Tensor, axis?: number) {
    return wrap(ops.softmax(this.node, axis));
  },
  logSoftmax(this: Tensor, axis?: number) {
    return wrap(ops.logSoftmax(this.node, axis));
  },
});
