/**
 * Where values lie that kernels work on: ordinary arrays, which JavaScript's collector owns and frees. An array's place is
 * asked for once. Results get memory that nobody has filled with zeros: what the collector has freed comes again, without
 * page faults; the collector looks after arrays by their bytes, also in a synchronous loop.
 */
import { setFlagsFromString } from "node:v8";
import { DeviceError } from "../../errors.js";
import type { DType, Resident, TypedArray } from "../../graph/index.js";
import { Storage } from "../../graph/index.js";

/** Arrays begin at multiples of this: a line of the cache, and a vector register at its widest. */
const ALIGNMENT = 64;

/**
 * A few small results share an array, since making one takes longer than many a kernel. Whoever keeps one of them keeps the
 * array, so it is not large.
 */
const SHEET = 65536;
const LARGEST_SHARE = SHEET / 4;

const VIEWS = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

const BYTES: Readonly<Record<DType, number>> = { float32: 4, float64: 8, int32: 4, uint8: 1, bool: 1 };

export const viewOf = (dtype: DType, buffer: ArrayBuffer, begin: number, length: number): TypedArray =>
  new VIEWS[dtype](buffer, begin, length);

/** The last version of Node that is known to have the flag; others would complain about one they do not know. */
const NEWEST_NODE = 26;

/**
 * The collector frees arrays before it goes on, not by a thread of its own. That thread would run where kernels want to, and
 * until it is done the arrays count as there: the next large result makes the collector search through everything, again by
 * threads. A program of large results spent more time of processors on that than on its kernels.
 */
function freeArraysAtOnce(): void {
  if (Number.parseInt(process.versions.node, 10) <= NEWEST_NODE)
    setFlagsFromString("--no-concurrent-array-buffer-sweeping");
}

/** The values of a storage and where they lie. */
export class Placed implements Resident {
  constructor(
    readonly array: TypedArray,
    readonly address: number,
  ) {}

  read(): TypedArray {
    return this.array.slice();
  }
}

/** Memory for a program's own values. */
export interface Room {
  /** Keeps it. */
  readonly buffer: ArrayBuffer;
  /** Where it begins in the buffer, and at which address. */
  readonly begin: number;
  readonly address: number;
}

export class NativeMemory {
  /** Where small results go, and how much of it is taken. */
  #sheet: Room = { buffer: new ArrayBuffer(0), begin: 0, address: 0 };
  #taken = SHEET;

  /** `place`: where an array lies. */
  constructor(readonly place: (array: TypedArray) => number) {
    freeArraysAtOnce();
  }

  /** Where a storage's values lie. */
  addressOf(storage: Storage): number {
    const { resident, host } = storage;
    if (resident instanceof Placed && (host === undefined || host === resident.array)) {
      if (resident.array.byteLength === 0 && storage.length > 0) throw gone();
      return resident.address;
    }
    // Whatever other device has the values gives them up to the host.
    const array = host ?? storage.read();
    if (array.byteLength === 0 && storage.length > 0) throw gone();
    const placed = new Placed(array, this.place(array));
    storage.host = array;
    storage.resident = placed;
    return placed.address;
  }

  /** Room for a result. */
  take(dtype: DType, length: number): Placed {
    const bytes = length * BYTES[dtype];
    if (bytes > LARGEST_SHARE) {
      const { buffer, begin, address } = this.room(bytes);
      return new Placed(viewOf(dtype, buffer, begin, length), address);
    }
    const at = this.#taken;
    const { buffer, begin, address } = this.#sheet;
    if (at + bytes > SHEET) {
      this.#sheet = this.room(SHEET);
      this.#taken = 0;
      return this.take(dtype, length);
    }
    this.#taken += Math.max(ALIGNMENT, ALIGNMENT * Math.ceil(bytes / ALIGNMENT));
    return new Placed(viewOf(dtype, buffer, begin + at, length), address + at);
  }

  /** The storage of a result. */
  adopt(dtype: DType, length: number, placed: Placed): Storage {
    return new Storage(dtype, length, undefined, placed);
  }

  /** A storage gets other values; where its old ones were, for something else: nobody has seen them. */
  replace(storage: Storage, placed: Placed): Placed | undefined {
    const old = storage.resident;
    storage.host = undefined;
    storage.resident = placed;
    return old instanceof Placed ? old : undefined;
  }

  room(bytes: number): Room {
    const { buffer } = Buffer.allocUnsafeSlow(bytes + ALIGNMENT);
    const start = this.place(new Uint8Array(buffer));
    const begin = (ALIGNMENT - (start % ALIGNMENT)) % ALIGNMENT;
    return { buffer, begin, address: start + begin };
  }
}

const gone = (): DeviceError =>
  new DeviceError(
    "native: the values of a tensor are gone: the array that it was made from was transferred to another thread",
  );
