/** Comparison and logic. Results are bool. */
import { binary, cast, integerRange, isFloat, like, type Node, where } from "../graph/index.js";
import { abs } from "./arithmetic.js";
import { asNode, commonDType, isScalar, meet, type Operand } from "./operand.js";

/** An integer array may be compared with a number that its dtype cannot hold: both go to float64. */
function comparable(a: Operand, b: Operand): [Node, Node] {
  const dtype = commonDType(a, b);
  const fits = (x: Operand): boolean => {
    if (!isScalar(x) || isFloat(dtype)) return true;
    const [low, high] = integerRange(dtype);
    return Number(x) >= low && Number(x) <= high;
  };
  return meet(a, b, fits(a) && fits(b) ? dtype : "float64");
}

export const not = (x: Node): Node => binary("xor", x, like(x, 1));

export const eq = (a: Operand, b: Operand): Node => binary("eq", ...comparable(a, b));
export const ne = (a: Operand, b: Operand): Node => not(eq(a, b));
export const lt = (a: Operand, b: Operand): Node => binary("lt", ...comparable(a, b));
export const gt = (a: Operand, b: Operand): Node => lt(b, a);

/** a <= b is a < b or a = b, which is false where either is NaN. */
export function le(a: Operand, b: Operand): Node {
  const [x, y] = comparable(a, b);
  return binary("or", binary("lt", x, y), binary("eq", x, y));
}
export const ge = (a: Operand, b: Operand): Node => le(b, a);

const logical =
  (op: "and" | "or" | "xor") =>
  (a: Operand, b: Operand): Node => {
    const [x, y] = meet(cast(asNode(a), "bool"), cast(asNode(b), "bool"));
    return binary(op, x, y);
  };

export const logicalAnd = logical("and");
export const logicalOr = logical("or");
export const logicalXor = logical("xor");
export const logicalNot = (x: Node): Node => not(cast(x, "bool"));

export const isNan = (x: Node): Node => not(binary("eq", x, x));
const absolute = (x: Node): Node => (isFloat(x.dtype) ? abs(x) : cast(x, "float64"));
export const isInf = (x: Node): Node => eq(absolute(x), Infinity);
export const isFinite = (x: Node): Node => lt(absolute(x), Infinity);

/** 0 for x <= 0, else x. NaN stays; the derivative at 0 is 0, as PyTorch's. */
export const relu = (x: Node): Node => where(le(x, 0), like(x, 0), x);
