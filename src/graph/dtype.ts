/**
 * The five element types, how they are stored, and NumPy 2's promotion of one with another, as types and as functions.
 *
 * maru has no int64 and no float16: where NumPy would give int64 maru gives int32, where it would give float16
 * (a function of uint8 or bool) maru gives float32. Everything else is NumPy's table.
 */
import { DeviceError } from "../errors.js";

/** The element type of an array. Default everywhere is `"float32"`. */
export type DType = "float32" | "float64" | "int32" | "uint8" | "bool";

/** The dtypes that have derivatives. */
export type FloatDType = "float32" | "float64";

/** The typed arrays that hold values. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/** The typed array that holds a dtype. Bools are bytes, 0 or 1. */
export interface TypedArrayOf {
  float32: Float32Array;
  float64: Float64Array;
  int32: Int32Array;
  uint8: Uint8Array;
  bool: Uint8Array;
}

const DTYPES: readonly DType[] = ["bool", "uint8", "int32", "float32", "float64"];

export const isDType = (value: unknown): value is DType => DTYPES.includes(value as DType);

export const isFloat = (dtype: DType): dtype is FloatDType => dtype === "float32" || dtype === "float64";

/**
 * A new zeroed typed array for `length` elements.
 *
 * @throws DeviceError where there is no room for so many
 */
export function allocate(dtype: DType, length: number): TypedArray {
  try {
    return typedArray(dtype, length);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new DeviceError(`there is no room for ${length} elements of ${dtype}`, { cause: error });
  }
}

function typedArray(dtype: DType, length: number): TypedArray {
  switch (dtype) {
    case "float32":
      return new Float32Array(length);
    case "float64":
      return new Float64Array(length);
    case "int32":
      return new Int32Array(length);
    default:
      return new Uint8Array(length);
  }
}

type PromotionTable = {
  bool: { bool: "bool"; uint8: "uint8"; int32: "int32"; float32: "float32"; float64: "float64" };
  uint8: { bool: "uint8"; uint8: "uint8"; int32: "int32"; float32: "float32"; float64: "float64" };
  int32: { bool: "int32"; uint8: "int32"; int32: "int32"; float32: "float64"; float64: "float64" };
  float32: { bool: "float32"; uint8: "float32"; int32: "float64"; float32: "float32"; float64: "float64" };
  float64: { bool: "float64"; uint8: "float64"; int32: "float64"; float32: "float64"; float64: "float64" };
};

/** The dtype of an operation on two arrays, as NumPy's `result_type`: int32 with float32 is float64. */
export type Promote<A extends DType, B extends DType> = PromotionTable[A][B];

const PROMOTION: { [A in DType]: { [B in DType]: Promote<A, B> } } = {
  bool: { bool: "bool", uint8: "uint8", int32: "int32", float32: "float32", float64: "float64" },
  uint8: { bool: "uint8", uint8: "uint8", int32: "int32", float32: "float32", float64: "float64" },
  int32: { bool: "int32", uint8: "int32", int32: "int32", float32: "float64", float64: "float64" },
  float32: { bool: "float32", uint8: "float32", int32: "float64", float32: "float32", float64: "float64" },
  float64: { bool: "float64", uint8: "float64", int32: "float64", float32: "float64", float64: "float64" },
};

export function promote<A extends DType, B extends DType>(a: A, b: B): Promote<A, B> {
  return PROMOTION[a][b];
}

/**
 * The dtype of an array of dtype D with a bare JavaScript number, which is weak as Python's numbers are: it takes
 * the array's dtype, except that a fraction turns integers into float64 and an integer turns bool into int32.
 * A `number` whose value the compiler does not know may do either to an integer array.
 */
export type PromoteScalar<D extends DType, N> = D extends FloatDType
  ? D
  : N extends boolean
    ? D
    : N extends number
      ? number extends N
        ? (D extends "bool" ? "int32" : D) | "float64"
        : `${N}` extends `${string}.${string}` | `${string}e-${string}`
          ? "float64"
          : D extends "bool"
            ? "int32"
            : D
      : D;

export function promoteScalar(dtype: DType, value: number | boolean): DType {
  if (isFloat(dtype) || typeof value === "boolean") return dtype;
  if (!Number.isInteger(value)) return "float64";
  return dtype === "bool" ? "int32" : dtype;
}

/** The dtype of exp, sqrt and their like: floats stay, int32 gives float64, uint8 and bool give float32. */
export type FloatOf<D extends DType> = D extends FloatDType ? D : D extends "int32" ? "float64" : "float32";

export function floatOf<D extends DType>(dtype: D): FloatOf<D> {
  return (isFloat(dtype) ? dtype : dtype === "int32" ? "float64" : "float32") as FloatOf<D>;
}

/** The dtype of true division and of mean: any integers give float64, as NumPy's do. */
export type QuotientOf<D extends DType> = D extends FloatDType ? D : "float64";

export function quotientOf<D extends DType>(dtype: D): QuotientOf<D> {
  return (isFloat(dtype) ? dtype : "float64") as QuotientOf<D>;
}

/** The dtype of sum, prod and cumsum: bool and uint8 widen to int32. */
export type SumOf<D extends DType> = D extends FloatDType ? D : "int32";

export function sumOf<D extends DType>(dtype: D): SumOf<D> {
  return (isFloat(dtype) ? dtype : "int32") as SumOf<D>;
}

/** Smallest and largest value of an integer dtype; bool counts as 0 to 1. */
export function integerRange(dtype: "int32" | "uint8" | "bool"): readonly [number, number] {
  if (dtype === "int32") return [-2147483648, 2147483647];
  return dtype === "uint8" ? [0, 255] : [0, 1];
}
