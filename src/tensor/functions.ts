/** Elementary functions of one array: powers, exponentials, trigonometry, rounding, activations, and casts. */
import { DTypeError } from "../errors.js";
import { cast, type DType, type FloatOf, isDType, type Node } from "../graph/index.js";
import * as ops from "../ops/index.js";
import type { Shape } from "../shape/index.js";
import { type DTypeOfLike, nodeOf, type ShapeOfLike, type TensorLike } from "./like.js";
import { install, type Tensor, wrap } from "./tensor.js";

type Same<X> = Tensor<ShapeOfLike<X>, DTypeOfLike<X>>;
type Floated<X> = Tensor<ShapeOfLike<X>, FloatOf<DTypeOfLike<X>>>;
type Truth<X> = Tensor<ShapeOfLike<X>, "bool">;

type SameFunction = <const X extends TensorLike>(x: X) => Same<X>;
type FloatFunction = <const X extends TensorLike>(x: X) => Floated<X>;
type TruthFunction = <const X extends TensorLike>(x: X) => Truth<X>;

declare module "./tensor.js" {
  interface Tensor<S extends Shape = Shape, D extends DType = DType> {
    neg<X extends Tensor>(this: X): Same<X>;
    abs<X extends Tensor>(this: X): Same<X>;
    sign<X extends Tensor>(this: X): Same<X>;
    square<X extends Tensor>(this: X): Same<X>;
    sqrt<X extends Tensor>(this: X): Floated<X>;
    reciprocal<X extends Tensor>(this: X): Floated<X>;
    exp<X extends Tensor>(this: X): Floated<X>;
    exp2<X extends Tensor>(this: X): Floated<X>;
    expm1<X extends Tensor>(this: X): Floated<X>;
    log<X extends Tensor>(this: X): Floated<X>;
    log2<X extends Tensor>(this: X): Floated<X>;
    log10<X extends Tensor>(this: X): Floated<X>;
    log1p<X extends Tensor>(this: X): Floated<X>;
    sin<X extends Tensor>(this: X): Floated<X>;
    cos<X extends Tensor>(this: X): Floated<X>;
    tan<X extends Tensor>(this: X): Floated<X>;
    asin<X extends Tensor>(this: X): Floated<X>;
    acos<X extends Tensor>(this: X): Floated<X>;
    atan<X extends Tensor>(this: X): Floated<X>;
    sinh<X extends Tensor>(this: X): Floated<X>;
    cosh<X extends Tensor>(this: X): Floated<X>;
    tanh<X extends Tensor>(this: X): Floated<X>;
    asinh<X extends Tensor>(this: X): Floated<X>;
    acosh<X extends Tensor>(this: X): Floated<X>;
    atanh<X extends Tensor>(this: X): Floated<X>;
    erf<X extends Tensor>(this: X): Floated<X>;
    sigmoid<X extends Tensor>(this: X): Floated<X>;
    relu<X extends Tensor>(this: X): Same<X>;
    softplus<X extends Tensor>(this: X): Floated<X>;
    floor<X extends Tensor>(this: X): Same<X>;
    ceil<X extends Tensor>(this: X): Same<X>;
    trunc<X extends Tensor>(this: X): Same<X>;
    round<X extends Tensor>(this: X, decimals?: number): Same<X>;
    isNan<X extends Tensor>(this: X): Truth<X>;
    isFinite<X extends Tensor>(this: X): Truth<X>;
    isInf<X extends Tensor>(this: X): Truth<X>;
    logicalNot<X extends Tensor>(this: X): Truth<X>;
    astype<X extends Tensor, const E extends DType>(this: X, dtype: E): Tensor<ShapeOfLike<X>, E>;
  }
}

const lifted =
  (op: (x: Node) => Node) =>
  (x: TensorLike): never =>
    wrap(op(nodeOf(x))) as never;

export const neg: SameFunction = lifted(ops.neg);
export const abs: SameFunction = lifted(ops.abs);
export const sign: SameFunction = lifted(ops.sign);
export const square: SameFunction = lifted(ops.square);
export const sqrt: FloatFunction = lifted(ops.sqrt);
export const reciprocal: FloatFunction = lifted(ops.reciprocal);
export const exp: FloatFunction = lifted(ops.exp);
export const exp2: FloatFunction = lifted(ops.exp2);
export const expm1: FloatFunction = lifted(ops.expm1);
export const log: FloatFunction = lifted(ops.log);
export const log2: FloatFunction = lifted(ops.log2);
export const log10: FloatFunction = lifted(ops.log10);
export const log1p: FloatFunction = lifted(ops.log1p);
export const sin: FloatFunction = lifted(ops.sin);
export const cos: FloatFunction = lifted(ops.cos);
export const tan: FloatFunction = lifted(ops.tan);
export const asin: FloatFunction = lifted(ops.asin);
export const acos: FloatFunction = lifted(ops.acos);
export const atan: FloatFunction = lifted(ops.atan);
export const sinh: FloatFunction = lifted(ops.sinh);
export const cosh: FloatFunction = lifted(ops.cosh);
export const tanh: FloatFunction = lifted(ops.tanh);
export const asinh: FloatFunction = lifted(ops.asinh);
export const acosh: FloatFunction = lifted(ops.acosh);
export const atanh: FloatFunction = lifted(ops.atanh);
export const erf: FloatFunction = lifted(ops.erf);
export const sigmoid: FloatFunction = lifted(ops.sigmoid);
export const relu: SameFunction = lifted(ops.relu);
export const softplus: FloatFunction = lifted(ops.softplus);
export const floor: SameFunction = lifted(ops.floor);
export const ceil: SameFunction = lifted(ops.ceil);
export const trunc: SameFunction = lifted(ops.trunc);
export const isNan: TruthFunction = lifted(ops.isNan);
export const isFinite: TruthFunction = lifted(ops.isFinite);
export const isInf: TruthFunction = lifted(ops.isInf);
export const logicalNot: TruthFunction = lifted(ops.logicalNot);

export function round<const X extends TensorLike>(x: X, decimals = 0): Same<X> {
  return wrap(ops.round(nodeOf(x), decimals));
}

export function astype<const X extends TensorLike, const E extends DType>(
  x: X,
  dtype: E,
): Tensor<ShapeOfLike<X>, E> {
  if (!isDType(dtype)) throw new DTypeError(`astype: no dtype is called ${JSON.stringify(dtype)}`);
  return wrap(cast(nodeOf(x), dtype));
}

const unary = {
  ...{
    neg,
    abs,
    sign,
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
    sin,
    cos,
    tan,
    asin,
    acos,
  },
  ...{ atan, sinh, cosh, tanh, asinh, acosh, atanh, erf, sigmoid, relu, softplus, floor, ceil, trunc },
  ...{ isNan, isFinite, isInf, logicalNot },
};

for (const [name, f] of Object.entries(unary)) {
  install({
    [name](this: Tensor) {
      return f(this);
    },
  });
}

install({
  round(this: Tensor, decimals?: number) {
    return round(this, decimals);
  },
  astype(this: Tensor, dtype: DType) {
    return astype(this, dtype);
  },
});
