/**
 * Where the values of a computed node live. The graph only carries it about; the target that made it reads it.
 * Values are never written to after they are made, so reshapes and detaches may share one.
 */
import type { DType, TypedArray } from "./dtype.js";

export interface Storage {
  readonly dtype: DType;
  readonly length: number;
  /** Row-major values on the host. */
  readonly data: TypedArray;
}

export function storageOf(dtype: DType, data: TypedArray): Storage {
  return { dtype, length: data.length, data };
}
