/** Trigonometric and hyperbolic functions of one array and their inverses, as functions and as methods. Angles are in radians. */
import type { DType, FloatOf } from "../graph/index.js";
import * as ops from "../ops/index.js";
import type { Shape } from "../shape/index.js";
import type { DTypeOfLike, ShapeOfLike } from "./like.js";
import { type FloatFunction, installUnary, lifted } from "./unary.js";

declare module "./tensor.js" {
  interface Tensor<S extends Shape = Shape, D extends DType = DType> {
    /** The sine. {@link sin} */
    sin<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
    /** The cosine. {@link cos} */
    cos<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
    /** The tangent. {@link tan} */
    tan<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
    /** The inverse sine. {@link asin} */
    asin<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
    /** The inverse cosine. {@link acos} */
    acos<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
    /** The inverse tangent. {@link atan} */
    atan<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
    /** The hyperbolic sine. {@link sinh} */
    sinh<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
    /** The hyperbolic cosine. {@link cosh} */
    cosh<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
    /** The hyperbolic tangent. {@link tanh} */
    tanh<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
    /** The inverse hyperbolic sine. {@link asinh} */
    asinh<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
    /** The inverse hyperbolic cosine. {@link acosh} */
    acosh<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
    /** The inverse hyperbolic tangent. {@link atanh} */
    atanh<X extends Tensor>(this: X): Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
  }
}

/**
 * The sine of angles in radians. Same shape; floats keep their dtype, int32 gives float64, uint8 and bool float32.
 *
 * @example
 * ```ts
 * String(sin([0, Math.PI / 2])); // [0. 1.]
 * ```
 */
export const sin: FloatFunction = lifted(ops.sin);

/**
 * The cosine of angles in radians. Same shape; floats keep their dtype, int32 gives float64, uint8 and bool float32.
 *
 * @example
 * ```ts
 * String(cos([0, Math.PI])); // [ 1. -1.]
 * ```
 */
export const cos: FloatFunction = lifted(ops.cos);

/**
 * The tangent of angles in radians: sin x / cos x. Same shape; floats keep their dtype, int32 gives float64, uint8
 * and bool float32.
 *
 * @example
 * ```ts
 * String(tan([0, 1])); // [0.        1.5574077]
 * ```
 */
export const tan: FloatFunction = lifted(ops.tan);

/**
 * The inverse sine, from -pi/2 to pi/2; NaN outside [-1, 1]. Same shape; floats keep their dtype, int32 gives
 * float64, uint8 and bool float32.
 *
 * @example
 * ```ts
 * String(asin([0, 1])); // [0.        1.5707964]
 * ```
 */
export const asin: FloatFunction = lifted(ops.asin);

/**
 * The inverse cosine, from 0 to pi; NaN outside [-1, 1]. Same shape; floats keep their dtype, int32 gives float64,
 * uint8 and bool float32.
 *
 * @example
 * ```ts
 * String(acos([1, 0])); // [0.        1.5707964]
 * ```
 */
export const acos: FloatFunction = lifted(ops.acos);

/**
 * The inverse tangent, from -pi/2 to pi/2. For the angle of a point see {@link atan2}. Same shape; floats keep their
 * dtype, int32 gives float64, uint8 and bool float32.
 *
 * @example
 * ```ts
 * String(atan([0, 1, Infinity])); // [0.        0.7853982 1.5707964]
 * ```
 */
export const atan: FloatFunction = lifted(ops.atan);

/**
 * The hyperbolic sine: (e^x - e^-x) / 2. Same shape; floats keep their dtype, int32 gives float64, uint8 and bool
 * float32.
 *
 * @example
 * ```ts
 * String(sinh([0, 1])); // [0.        1.1752012]
 * ```
 */
export const sinh: FloatFunction = lifted(ops.sinh);

/**
 * The hyperbolic cosine: (e^x + e^-x) / 2. Same shape; floats keep their dtype, int32 gives float64, uint8 and bool
 * float32.
 *
 * @example
 * ```ts
 * String(cosh([0, 1])); // [1.        1.5430806]
 * ```
 */
export const cosh: FloatFunction = lifted(ops.cosh);

/**
 * The hyperbolic tangent: (e^x - e^-x) / (e^x + e^-x). Same shape; floats keep their dtype, int32 gives float64,
 * uint8 and bool float32.
 *
 * @example
 * ```ts
 * String(tanh([-1, 0, 1])); // [-0.7615942  0.         0.7615942]
 * ```
 */
export const tanh: FloatFunction = lifted(ops.tanh);

/**
 * The inverse hyperbolic sine: ln(x + sqrt(x^2 + 1)). Same shape; floats keep their dtype, int32 gives float64, uint8
 * and bool float32.
 *
 * @example
 * ```ts
 * String(asinh([0, 1])); // [0.        0.8813736]
 * ```
 */
export const asinh: FloatFunction = lifted(ops.asinh);

/**
 * The inverse hyperbolic cosine: ln(x + sqrt(x^2 - 1)); NaN below 1. Same shape; floats keep their dtype, int32 gives
 * float64, uint8 and bool float32.
 *
 * @example
 * ```ts
 * String(acosh([1, 2])); // [0.       1.316958]
 * ```
 */
export const acosh: FloatFunction = lifted(ops.acosh);

/**
 * The inverse hyperbolic tangent: ln((1 + x) / (1 - x)) / 2; NaN outside [-1, 1]. Same shape; floats keep their
 * dtype, int32 gives float64, uint8 and bool float32.
 *
 * @example
 * ```ts
 * String(atanh([0, 0.5])); // [0.         0.54930615]
 * ```
 */
export const atanh: FloatFunction = lifted(ops.atanh);

installUnary({ sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh });
