/** Powers, exponentials, logarithms and the activations made of them, of one array, as functions and as methods. */
import type { DType, FloatOf, QuotientOf } from "../graph/index.js";
import * as ops from "../ops/index.js";
import type { Shape } from "../shape/index.js";
import type { DTypeOfLike, ShapeOfLike } from "./like.js";
import {
  type FloatFunction,
  installUnary,
  lifted,
  type QuotientFunction,
  type SameFunction,
} from "./unary.js";

declare module "./tensor.js" {
  interface Tensor<S extends Shape = Shape, D extends DType = DType> {
    /** x^2. {@link square} */
    square<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, DTypeOfLike<X>>;
    /** The square root. {@link sqrt} */
    sqrt<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
    /** 1 / x. {@link reciprocal} */
    reciprocal<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, QuotientOf<DTypeOfLike<X>>>;
    /** e^x. {@link exp} */
    exp<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
    /** 2^x. {@link exp2} */
    exp2<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
    /** e^x - 1. {@link expm1} */
    expm1<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
    /** The natural logarithm. {@link log} */
    log<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
    /** The logarithm to base 2. {@link log2} */
    log2<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
    /** The logarithm to base 10. {@link log10} */
    log10<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
    /** ln(1 + x). {@link log1p} */
    log1p<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
    /** The error function. {@link erf} */
    erf<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
    /** 1 / (1 + e^-x). {@link sigmoid} */
    sigmoid<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
    /** ln(1 + e^x). {@link softplus} */
    softplus<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
    /** max(0, x). {@link relu} */
    relu<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, DTypeOfLike<X>>;
  }
}

/**
 * The square: x^2; of bool x. Shape and dtype of x.
 *
 * @example
 * ```ts
 * String(square([1, 2, 3])); // [1. 4. 9.]
 * ```
 */
export const square: SameFunction = lifted(ops.square);

/**
 * The square root; NaN below 0. Same shape; floats keep their dtype, int32 gives float64, uint8 and bool float32.
 *
 * @example
 * ```ts
 * String(sqrt([1, 4, 2])); // [1.        2.        1.4142135]
 * ```
 */
export const sqrt: FloatFunction = lifted(ops.sqrt);

/**
 * The reciprocal: 1 / x. Same shape; floats keep their dtype, integers and bools give float64.
 *
 * @example
 * ```ts
 * String(reciprocal([1, 2, 4])); // [1.   0.5  0.25]
 * ```
 */
export const reciprocal: QuotientFunction = lifted(ops.reciprocal);

/**
 * The exponential: e^x. Same shape; floats keep their dtype, int32 gives float64, uint8 and bool float32.
 *
 * @example
 * ```ts
 * String(exp([-1, 0, 1])); // [0.36787945 1.         2.7182817 ]
 * ```
 */
export const exp: FloatFunction = lifted(ops.exp);

/**
 * Powers of two: 2^x. Same shape; floats keep their dtype, int32 gives float64, uint8 and bool float32.
 *
 * @example
 * ```ts
 * String(exp2([0, 1, 10])); // [1.000e+00 2.000e+00 1.024e+03]
 * ```
 */
export const exp2: FloatFunction = lifted(ops.exp2);

/**
 * e^x - 1, accurate near 0. Same shape; floats keep their dtype, int32 gives float64, uint8 and bool float32.
 *
 * @example
 * ```ts
 * String(expm1([0, 1e-8])); // [0.e+00 1.e-08]
 * ```
 */
export const expm1: FloatFunction = lifted(ops.expm1);

/**
 * The natural logarithm: ln x; -Infinity at 0, NaN below. Same shape; floats keep their dtype, int32 gives float64,
 * uint8 and bool float32.
 *
 * @example
 * ```ts
 * String(log([1, 2, 0])); // [0.        0.6931472      -inf]
 * ```
 */
export const log: FloatFunction = lifted(ops.log);

/**
 * The logarithm to base 2, exact at powers of 2. Same shape; floats keep their dtype, int32 gives float64, uint8 and
 * bool float32.
 *
 * @example
 * ```ts
 * String(log2([1, 2, 8])); // [0. 1. 3.]
 * ```
 */
export const log2: FloatFunction = lifted(ops.log2);

/**
 * The logarithm to base 10, exact at powers of 10. Same shape; floats keep their dtype, int32 gives float64, uint8
 * and bool float32.
 *
 * @example
 * ```ts
 * String(log10([1, 10, 1000])); // [0. 1. 3.]
 * ```
 */
export const log10: FloatFunction = lifted(ops.log10);

/**
 * ln(1 + x), accurate near 0. Same shape; floats keep their dtype, int32 gives float64, uint8 and bool float32.
 *
 * @example
 * ```ts
 * String(log1p([0, 1e-8])); // [0.e+00 1.e-08]
 * ```
 */
export const log1p: FloatFunction = lifted(ops.log1p);

/**
 * The error function: 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x. Same shape; floats keep their dtype,
 * int32 gives float64, uint8 and bool float32.
 *
 * @example
 * ```ts
 * String(erf([0, 0.5, 10])); // [0.        0.5204999 1.       ]
 * ```
 */
export const erf: FloatFunction = lifted(ops.erf);

/**
 * The logistic function: 1 / (1 + e^-x). Nothing overflows on the way. Same shape; floats keep their dtype, int32
 * gives float64, uint8 and bool float32.
 *
 * @example
 * ```ts
 * String(sigmoid([-1, 1, 2])); // [0.26894143 0.7310586  0.880797  ]
 * ```
 */
export const sigmoid: FloatFunction = lifted(ops.sigmoid);

/**
 * A smooth relu: ln(1 + e^x), whose derivative is {@link sigmoid}. Nothing overflows on the way. Same shape; floats
 * keep their dtype, int32 gives float64, uint8 and bool float32.
 *
 * @example
 * ```ts
 * String(softplus([-1, 0, 100])); // [  0.3132617   0.6931472 100.       ]
 * ```
 */
export const softplus: FloatFunction = lifted(ops.softplus);

/**
 * The rectified linear unit: max(0, x). NaN stays; the derivative at 0 is 0, as PyTorch's. Shape and dtype of x.
 *
 * @example
 * ```ts
 * String(relu([-1, 0, 2])); // [0. 0. 2.]
 * ```
 */
export const relu: SameFunction = lifted(ops.relu);

installUnary({
  square,
  sqrt,
  reciprocal,
  exp,
  exp2,
  expm1,
  log,
  log2,
  log10,
  log1p,
  erf,
  sigmoid,
  softplus,
  relu,
});
