/**
 * Getting two operands ready for an elementwise primitive: NumPy 2's promotion, weak scalars and broadcasting, made
 * explicit as `cast` and `expand` nodes.
 */
import { DTypeError } from "../errors.js";
import {
  cast,
  constant,
  type DType,
  integerRange,
  isFloat,
  type Node,
  promote,
  promoteScalar,
  stretch,
} from "../graph/index.js";
import { broadcastShapes } from "../shape/index.js";

/** What an operation on nodes takes: a node, or a bare number or boolean, whose dtype is weak. */
export type Operand = Node | number | boolean;

export const isScalar = (x: Operand): x is number | boolean =>
  typeof x === "number" || typeof x === "boolean";

/** A 0-d constant of that dtype; a number that an integer dtype cannot hold is refused. */
export function scalar(value: number | boolean, dtype: DType): Node {
  const number = Number(value);
  if (!isFloat(dtype) && dtype !== "bool") {
    const [low, high] = integerRange(dtype);
    if (!(number >= low && number <= high)) {
      throw new DTypeError(`integer ${number} is out of bounds for ${dtype} (${low} to ${high})`);
    }
  }
  return constant(dtype === "bool" ? Number(number !== 0) : number, dtype);
}

/** A node as it is; a bare number as float32, a boolean as bool. */
export const asNode = (x: Operand): Node =>
  isScalar(x) ? scalar(x, typeof x === "boolean" ? "bool" : "float32") : x;

/** The dtype that two operands meet in. */
export function commonDType(a: Operand, b: Operand): DType {
  if (isScalar(a)) return isScalar(b) ? promote(asNode(a).dtype, asNode(b).dtype) : promoteScalar(b.dtype, a);
  return isScalar(b) ? promoteScalar(a.dtype, b) : promote(a.dtype, b.dtype);
}

const as = (x: Operand, dtype: DType): Node => (isScalar(x) ? scalar(x, dtype) : cast(x, dtype));

/** Both operands in one dtype (the common one unless told) and one shape. */
export function meet(a: Operand, b: Operand, dtype: DType = commonDType(a, b)): [Node, Node] {
  const [x, y] = [as(a, dtype), as(b, dtype)];
  const shape = broadcastShapes(x.shape, y.shape);
  return [stretch(x, shape), stretch(y, shape)];
}
