/** Arrays whose values come when they are asked for, so that many can be written and one at a time be in memory. */
import type { DType, TypedArray } from "../graph/dtype.js";
import { type ArrayRecord, checkArrayRecord } from "./array-record.js";
import type { Named } from "./safetensors-write.js";

/** An array with its values, or with a function that gives them, as a tensor has. */
export interface ArraySource {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TypedArray | (() => TypedArray | Promise<TypedArray>);
}

/** Arrays or tensors by name, such as a model's `stateDict()`. */
export type NamedSources = Named<ArraySource>;

/** Checks an array's values, where they are there already. */
export function checkIfThere(title: string, { dtype, shape, data }: ArraySource): void {
  if (typeof data !== "function") checkArrayRecord(title, { dtype, shape, data });
}

/** An array with its values. */
export async function load(title: string, source: ArraySource): Promise<ArrayRecord> {
  const { dtype, shape } = source;
  const data = typeof source.data === "function" ? await source.data() : source.data;
  checkArrayRecord(title, { dtype, shape, data });
  return { dtype, shape, data };
}
