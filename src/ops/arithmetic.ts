/** Arithmetic, powers, rounding and choice, with NumPy's rules for each dtype. */
import { DTypeError, ValueError } from "../errors.js";
import {
  binary,
  cast,
  type DType,
  floatOf,
  integerRange,
  isFloat,
  like,
  type Node,
  neg as negate,
  quotientOf,
  where as select,
  stretch,
  unary,
} from "../graph/index.js";
import { broadcastShapes } from "../shape/index.js";
import { asNode, commonDType, isScalar, meet, type Operand, scalar } from "./operand.js";

/** a + b; of bools: or. */
export function add(a: Operand, b: Operand): Node {
  const [x, y] = meet(a, b);
  return binary(x.dtype === "bool" ? "or" : "add", x, y);
}

/** a - b; bools are refused as NumPy refuses them. */
export function sub(a: Operand, b: Operand): Node {
  const [x, y] = meet(a, b);
  if (x.dtype === "bool") {
    throw new DTypeError("subtract: bool minus bool is not supported, use logicalXor (or astype first)");
  }
  return binary("sub", x, y);
}

/** a b; of bools: and. */
export function mul(a: Operand, b: Operand): Node {
  const [x, y] = meet(a, b);
  return binary(x.dtype === "bool" ? "and" : "mul", x, y);
}

/** a / b in floating point; integers give float64. */
export function div(a: Operand, b: Operand): Node {
  const [x, y] = meet(a, b, quotientOf(commonDType(a, b)));
  return binary("div", x, y);
}

/** bool takes part in mod, floorDivide and pow as int32 (NumPy has int8 here). */
const counted = (dtype: DType): DType => (dtype === "bool" ? "int32" : dtype);

/** Remainder with the sign of b; integers by 0 give 0. */
export function mod(a: Operand, b: Operand): Node {
  const [x, y] = meet(a, b, counted(commonDType(a, b)));
  return binary("mod", x, y);
}

/** floor(a / b), exact for integers (by 0: 0), and for floats consistent with mod, as Python's `//`. */
export function floorDivide(a: Operand, b: Operand): Node {
  const dtype = counted(commonDType(a, b));
  const [x, y] = meet(a, b, dtype);
  if (!isFloat(dtype)) {
    const exact = unary("floor", binary("div", cast(x, "float64"), cast(y, "float64")));
    return select(binary("eq", y, like(y, 0)), like(x, 0), cast(exact, dtype));
  }
  const rest = binary("mod", x, y);
  // The remainder is as large as y only where y is infinite and of the other sign.
  const quotient = select(binary("eq", rest, y), like(x, -1), binary("div", binary("sub", x, rest), y));
  const down = unary("floor", quotient);
  const near = select(
    binary("lt", like(x, 0.5), binary("sub", quotient, down)),
    binary("add", down, like(x, 1)),
    down,
  );
  const ratio = binary("div", x, y);
  // A quotient of 0 has the sign of x / y.
  const signed = select(binary("eq", near, like(x, 0)), binary("mul", ratio, like(x, 0)), near);
  return select(binary("eq", y, like(y, 0)), ratio, signed);
}

/** a^b. Integers to negative integers are refused, as NumPy does. */
export function pow(a: Operand, b: Operand): Node {
  const dtype = counted(commonDType(a, b));
  if (isScalar(b) && !isScalar(a)) {
    const base = cast(a, dtype);
    if (b === 2) return binary("mul", base, base);
    if (b === 0.5) return unary("sqrt", base);
    if (!isFloat(dtype) && Number(b) < 0) {
      throw new ValueError("pow: Integers to negative integer powers are not allowed.");
    }
  }
  const [x, y] = meet(a, b, dtype);
  return binary("pow", x, y);
}

export function neg(x: Node): Node {
  if (x.dtype === "bool") throw new DTypeError("negative: bool has no minus, use logicalNot");
  return negate(x);
}

export const abs = (x: Node): Node =>
  x.dtype === "bool" || x.dtype === "uint8" ? x : binary("maximum", x, negate(x));

/** -1, 0 or 1; NaN stays. */
export function sign(x: Node): Node {
  if (x.dtype === "bool") throw new DTypeError("sign: bool has no sign");
  const zero = like(x, 0);
  const above = cast(binary("lt", zero, x), x.dtype);
  if (x.dtype === "uint8") return above;
  const result = binary("sub", above, cast(binary("lt", x, zero), x.dtype));
  return isFloat(x.dtype) ? select(binary("eq", x, x), result, x) : result;
}

export const square = (x: Node): Node => mul(x, x);

/** 1 / x; of integers in floating point. */
export const reciprocal = (x: Node): Node => div(1, x);

/** Rounding leaves integers as they are. */
const rounding =
  (round: (x: Node) => Node) =>
  (x: Node): Node =>
    isFloat(x.dtype) ? round(x) : x;

export const floor = rounding((x) => unary("floor", x));
export const ceil = rounding((x) => negate(unary("floor", negate(x))));
/** Toward zero. */
export const trunc = rounding((x) => select(binary("lt", x, like(x, 0)), ceil(x), floor(x)));

/** To `decimals` places, halves to even. */
export function round(x: Node, decimals = 0): Node {
  if (!Number.isInteger(decimals))
    throw new ValueError(`round: decimals must be a whole number, got ${decimals}`);
  if (!isFloat(x.dtype) && decimals >= 0) return x;
  if (decimals === 0) return unary("round", x);
  const factor = like(cast(x, floatOf(x.dtype)), 10 ** Math.abs(decimals));
  const y = cast(x, floatOf(x.dtype));
  const rounded =
    decimals > 0
      ? binary("div", unary("round", binary("mul", y, factor)), factor)
      : binary("mul", unary("round", binary("div", y, factor)), factor);
  return cast(rounded, x.dtype);
}

const larger =
  (op: "maximum" | "minimum") =>
  (a: Operand, b: Operand): Node => {
    const [x, y] = meet(a, b);
    return binary(op, x, y);
  };

/** The larger of a and b; NaN wins. */
export const maximum = larger("maximum");
/** The smaller of a and b; NaN wins. */
export const minimum = larger("minimum");

/** Can no element of that dtype be beyond the bound? Then a bound that the dtype cannot hold does nothing. */
function boundless(dtype: DType, bound: Operand, side: "low" | "high"): boolean {
  if (typeof bound !== "number" || isFloat(dtype) || dtype === "bool" || !Number.isInteger(bound))
    return false;
  const [least, most] = integerRange(dtype);
  return side === "low" ? bound < least : bound > most;
}

/** x kept between low and high (a bound that is NaN gives NaN); the derivative is 1 inside and at the bounds. */
export function clip(x: Operand, low?: Operand | null, high?: Operand | null): Node {
  let result = asNode(x);
  const bind = (bound: Operand, side: "low" | "high"): Node => {
    if (boundless(result.dtype, bound, side)) return result;
    const [a, b] = meet(result, bound);
    const beyond = side === "low" ? binary("lt", a, b) : binary("lt", b, a);
    if (isScalar(bound) && !Number.isNaN(bound)) return select(beyond, b, a);
    return select(binary("or", beyond, binary("xor", binary("eq", b, b), like(beyond, 1))), b, a);
  };
  if (low !== undefined && low !== null) result = bind(low, "low");
  if (high !== undefined && high !== null) result = bind(high, "high");
  return result;
}

/** a where the condition holds, else b; anything not 0 holds. */
export function where(condition: Operand, a: Operand, b: Operand): Node {
  const shapes = [condition, a, b].map((x) => (isScalar(x) ? [] : x.shape));
  const shape = broadcastShapes(...shapes);
  const [x, y] = meet(a, b);
  const test = isScalar(condition) ? scalar(condition, "bool") : cast(condition, "bool");
  return select(stretch(test, shape), stretch(x, shape), stretch(y, shape));
}
