/**
 * Where values lie that kernels work on: ordinary arrays, which JavaScript's collector owns. An array's place is asked for
 * once. Large results come from a pool: when a storage is gone its array goes back there, since memory that was used
 * before costs no page faults. What finalizers would hold too long (they do not run inside a synchronous loop) is left to
 * the collector alone: so the pool never holds more than a limit.
 */
import { DeviceError } from "../../errors.js";
import type { DType, Resident, TypedArray } from "../../graph/index.js";
import { Storage } from "../../graph/index.js";
import { ballastOf, softLimit } from "../ballast.js";

/** Smaller results are arrays of their own. */
export const POOLED = 65536;
/** Arrays begin at multiples of this: a line of the cache, and a vector register at its widest. */
const ALIGNMENT = 64;

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

/** A stretch of memory from the pool. */
interface Block {
  readonly buffer: ArrayBuffer;
  /** Where the aligned part begins in the buffer. */
  readonly begin: number;
  readonly bytes: number;
  readonly address: number;
}

/** The values of a storage and where they lie. */
export class Placed implements Resident {
  /** Whether a finalizer waits to give the block back. */
  tracked = false;

  constructor(
    readonly array: TypedArray,
    readonly address: number,
    /** Where it is from the pool. */
    readonly block: Block | undefined,
  ) {}

  read(): TypedArray {
    return this.array.slice();
  }
}

export class NativeMemory {
  readonly #place: (array: TypedArray) => number;
  readonly #limit: number;
  /** Blocks that nobody uses, by their size. */
  readonly #free = new Map<number, Block[]>();
  #freeBytes = 0;
  /** Storages' values that come back, in the order in which they were made. */
  readonly #tracked = new Set<Placed>();
  #trackedBytes = 0;
  readonly #registry = new FinalizationRegistry<Placed>((placed) => {
    this.#forget(placed);
    this.#giveBack(placed.block!);
  });

  constructor(place: (array: TypedArray) => number, limit = softLimit()) {
    this.#place = place;
    this.#limit = limit;
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
    const placed = new Placed(array, this.#place(array), undefined);
    storage.host = array;
    storage.resident = placed;
    return placed.address;
  }

  /** Room for a result. */
  take(dtype: DType, length: number): Placed {
    const bytes = length * BYTES[dtype];
    if (bytes < POOLED) {
      const { buffer, begin, address } = this.#make(bytes);
      return new Placed(viewOf(dtype, buffer, begin, length), address, undefined);
    }
    const block = this.#block(bytes);
    return new Placed(viewOf(dtype, block.buffer, block.begin, length), block.address, block);
  }

  /** The room for a result is not needed. */
  drop({ block }: Placed): void {
    if (block !== undefined) this.#giveBack(block);
  }

  /** The storage of a result. */
  adopt(dtype: DType, length: number, placed: Placed): Storage {
    const storage =
      placed.block === undefined
        ? new Storage(dtype, length, placed.array, placed)
        : new Storage(dtype, length, undefined, placed);
    if (placed.block !== undefined) {
      storage.ballast = ballastOf(placed.block.bytes);
      this.#track(storage, placed);
    }
    return storage;
  }

  /** A storage gets other values; its old ones, that nobody has seen, make room. */
  replace(storage: Storage, placed: Placed): void {
    const old = storage.resident;
    if (old instanceof Placed) {
      if (old.tracked) {
        this.#registry.unregister(old);
        this.#forget(old);
        this.#giveBack(old.block!);
      }
    }
    storage.host = placed.block === undefined ? placed.array : undefined;
    storage.resident = placed;
    if (placed.block !== undefined) this.#track(storage, placed);
  }

  /** A block for a program's own values, which stays with who asked for it. */
  room(bytes: number): { readonly buffer: ArrayBuffer; readonly address: number } {
    const { buffer, address } = this.#make(bytes);
    return { buffer, address };
  }

  #track(storage: Storage, placed: Placed): void {
    this.#registry.register(storage, placed, placed);
    placed.tracked = true;
    this.#tracked.add(placed);
    this.#trackedBytes += placed.block!.bytes;
    // The oldest are ordinary arrays from now on.
    for (const oldest of this.#tracked) {
      if (this.#trackedBytes + this.#freeBytes <= this.#limit) break;
      this.#registry.unregister(oldest);
      this.#forget(oldest);
    }
  }

  #forget(placed: Placed): void {
    if (!this.#tracked.delete(placed)) return;
    placed.tracked = false;
    this.#trackedBytes -= placed.block!.bytes;
  }

  #giveBack(block: Block): void {
    if (this.#freeBytes + block.bytes > this.#limit / 2) return;
    const list = this.#free.get(block.bytes);
    if (list === undefined) this.#free.set(block.bytes, [block]);
    else list.push(block);
    this.#freeBytes += block.bytes;
  }

  #block(bytes: number): Block {
    // Eight sizes to a power of two.
    const step = Math.max(4096, 2 ** (Math.floor(Math.log2(bytes)) - 3));
    const size = Math.ceil(bytes / step) * step;
    const block = this.#free.get(size)?.pop();
    if (block === undefined) return this.#make(size);
    this.#freeBytes -= size;
    return block;
  }

  #make(bytes: number): Block {
    const buffer = new ArrayBuffer(bytes + ALIGNMENT);
    const address = this.#place(new Uint8Array(buffer));
    const begin = (ALIGNMENT - (address % ALIGNMENT)) % ALIGNMENT;
    return { buffer, begin, bytes, address: address + begin };
  }
}

const gone = (): DeviceError =>
  new DeviceError(
    "native: the values of a tensor are gone: the array that it was made from was transferred to another thread",
  );
