/**
 * Where the values of a computed node live: on the host, on a device, or both. The graph only carries it about; the
 * target that made it knows what is behind it. Values are never written to after they are made, so reshapes and
 * detaches may share one; the one exception is a compiled update of values that nobody else can see (`lent`).
 */
import type { DType, TypedArray } from "./dtype.js";

/** Values that live on a device. */
export interface Resident {
  /** A fresh copy of them on the host, in row-major order. */
  read(): TypedArray;
}

export class Storage {
  /**
   * May anyone besides one tensor see these values? Set as soon as a node is built on them, a second leaf shares them or
   * somebody is given the array itself; only what is not lent may be overwritten.
   */
  lent = false;
  /** Has a device been given the values before? What comes once more had better stay there. */
  brought = false;
  /**
   * An array that nobody touches, half as large as the values on the device: so the collector knows how much hangs on this
   * object. It takes address space and no memory.
   */
  ballast: ArrayBuffer | undefined = undefined;

  constructor(
    readonly dtype: DType,
    readonly length: number,
    /** Row-major values on the host, where there are any. */
    public host: TypedArray | undefined,
    /** The values on a device, where there are any. */
    public resident: Resident | undefined,
  ) {}

  /** The values on the host: the array itself where there is one, else a fresh copy from the device. */
  read(): TypedArray {
    return this.host ?? this.resident!.read();
  }
}

export function storageOf(dtype: DType, data: TypedArray): Storage {
  return new Storage(dtype, data.length, data, undefined);
}
