/**
 * The device's memory: one WebAssembly memory that grows as it is needed, and an allocator in it.
 *
 * The allocator is "two-level segregated fit" (Masmano, Ripoll, Crespo and Real, 2004): free blocks stand in lists by
 * size, sixteen to a power of two, and two levels of bitmaps find a list that has a block. Allocating and freeing take
 * constant time, and neighbours that are free are merged at once, which keeps a training loop's changing sizes from
 * grinding the memory up. All bookkeeping is outside the memory, so a kernel that writes astray cannot break it.
 */
import { DeviceError, OutOfMemoryError, VerificationError } from "../../errors.js";
import type { DType, TypedArray } from "../../graph/index.js";
import { FIRST_ADDRESS, SLACK } from "./system-page.js";

const PAGE = 65536;
/** What WebAssembly with 32-bit addresses can have: 4 GiB. */
const MOST_PAGES = 65536;
/** Blocks begin and end at multiples of this. */
const UNIT = 64;
/** Lists in a power of two, and the number of bits for them. */
const STEPS = 16;
const STEP_BITS = 4;
const POWERS = 27;
/** How many blocks of a list are looked at for the closest fit; all of them before memory is said to be full. */
const TRIES = 32;
/** A list that has no blocks: sizes begin at 1. */
const NONE = 0;

/** A stretch of memory, in units; all of them together form a list in the order of addresses. */
interface Block {
  /** In units. */
  start: number;
  units: number;
  free: boolean;
  before: Block | undefined;
  after: Block | undefined;
  /** Neighbours in the list of free blocks of one size. */
  nextFree: Block | undefined;
  previousFree: Block | undefined;
}

export interface HeapOptions {
  /** Whether other threads shall see the memory. */
  readonly shared: boolean;
  /** An upper limit below the engine's own. */
  readonly maximumBytes?: number;
}

/** The list for blocks of this many units: for a few units one list each, then sixteen to a power of two. */
function listOf(units: number): number {
  const power = 31 - Math.clz32(units);
  if (power < STEP_BITS) return units;
  return (power - STEP_BITS + 1) * STEPS + ((units >>> (power - STEP_BITS)) - STEPS);
}

/** The first list of which every block has at least this many units. */
function listAbove(units: number): number {
  const power = 31 - Math.clz32(units);
  if (power < STEP_BITS) return units;
  return listOf(units + 2 ** (power - STEP_BITS) - 1);
}

/** Address space is sometimes short: the largest maximum that the engine grants, by halves. */
function openMemory({ shared, maximumBytes = MOST_PAGES * PAGE }: HeapOptions): [WebAssembly.Memory, number] {
  const wanted = Math.min(MOST_PAGES, Math.max(2, Math.floor(maximumBytes / PAGE)));
  let refused: unknown;
  for (let maximum = wanted; maximum >= 2; maximum = Math.floor(maximum / 2)) {
    try {
      return [new WebAssembly.Memory({ initial: 1, maximum, shared }), maximum];
    } catch (error) {
      refused = error;
    }
  }
  throw new DeviceError(
    "the WebAssembly engine has no memory for the wasm device; close other programs or use another device",
    { cause: refused },
  );
}

export class WasmHeap {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  /** How often the memory has grown: then views of it are stale. Asking the memory itself is slow. */
  growths = 0;
  /** The largest size of the memory in pages of 64 KiB, as modules that import shared memory must state it. */
  readonly maximumPages: number;
  #bytesInUse = 0;
  #highWaterMark = 0;
  /** The block at the end of the memory. */
  #last: Block | undefined;
  /** Where the memory ends, in units. */
  #end = FIRST_ADDRESS / UNIT;
  readonly #used = new Map<number, Block>();
  readonly #lists: (Block | undefined)[] = new Array((POWERS + 1) * STEPS).fill(undefined);
  /** Bit i: some list of row i has a block. */
  #rows = 0;
  /** Bit j of row i: list 16 i + j has a block. */
  readonly #columns = new Int32Array(POWERS + 1);

  constructor(options: HeapOptions) {
    [this.memory, this.maximumPages] = openMemory(options);
    this.shared = options.shared;
  }

  /** Bytes that are given out, with the slack around them. */
  get bytesInUse(): number {
    return this.#bytesInUse;
  }

  /** The most bytes that were ever given out at one time. */
  get highWaterMark(): number {
    return this.#highWaterMark;
  }

  /** The most bytes that the memory can have. */
  get limit(): number {
    return this.maximumPages * PAGE;
  }

  /**
   * The address of so many bytes, a multiple of 64, with 64 readable bytes before and behind. What is in them is left
   * from before.
   *
   * @throws OutOfMemoryError where the memory is full and cannot grow
   */
  allocate(bytes: number): number {
    const address = this.tryAllocate(bytes);
    if (address === 0) throw this.full(bytes);
    return address;
  }

  /** As `allocate`, but 0 where there is no room. */
  tryAllocate(bytes: number): number {
    if (!(bytes >= 0)) throw new VerificationError(`the wasm heap was asked for ${bytes} bytes`);
    // The gap behind a block is the slack of both neighbours; the system page is the first block's.
    const units = Math.max(1, Math.ceil(bytes / UNIT)) + SLACK / UNIT;
    if (units > this.limit / UNIT) return 0;
    const block = this.#find(units) ?? this.#grow(units) ?? this.#closest(listOf(units), units, Infinity);
    if (block === undefined) return 0;
    this.#unlink(block);
    this.#split(block, units);
    block.free = false;
    this.#used.set(block.start, block);
    this.#bytesInUse += block.units * UNIT;
    this.#highWaterMark = Math.max(this.#highWaterMark, this.#bytesInUse);
    return block.start * UNIT;
  }

  /** Gives back what `allocate` gave. */
  free(address: number): void {
    const block = this.#used.get(address / UNIT);
    if (block === undefined) throw new VerificationError(`the wasm heap gave out nothing at ${address}`);
    this.#used.delete(block.start);
    this.#bytesInUse -= block.units * UNIT;
    let whole = block;
    if (block.before?.free) {
      whole = block.before;
      this.#unlink(whole);
      this.#merge(whole, block);
    }
    if (whole.after?.free) {
      this.#unlink(whole.after);
      this.#merge(whole, whole.after);
    }
    this.#link(whole);
  }

  /** The values at an address. Growing the memory makes views stale, so none is kept over an allocation. */
  view(dtype: DType, address: number, length: number): TypedArray {
    const { buffer } = this.memory;
    switch (dtype) {
      case "float32":
        return new Float32Array(buffer, address, length);
      case "float64":
        return new Float64Array(buffer, address, length);
      case "int32":
        return new Int32Array(buffer, address, length);
      default:
        return new Uint8Array(buffer, address, length);
    }
  }

  /** The error of an allocation that finds no room. */
  full(bytes: number): OutOfMemoryError {
    return new OutOfMemoryError(
      `the wasm device has no room for ${bytes} bytes: ${this.#bytesInUse} of at most ${this.limit} bytes are in use. ` +
        "Use smaller batches, let go of tensors that are kept, or choose a device with more memory",
    );
  }

  /** The closest fit among the first blocks of its own list, else of the next list that has any. */
  #find(units: number): Block | undefined {
    return this.#closest(listOf(units), units, TRIES) ?? this.#closest(this.#nextList(units), units, TRIES);
  }

  #closest(list: number, units: number, tries: number): Block | undefined {
    let best: Block | undefined;
    let candidate = this.#lists[list];
    for (let i = 0; i < tries && candidate !== undefined; i++, candidate = candidate.nextFree) {
      if (candidate.units < units || candidate.units >= (best?.units ?? Infinity)) continue;
      best = candidate;
      if (best.units === units) break;
    }
    return best;
  }

  /** The first list with blocks of which each has at least this many units. */
  #nextList(units: number): number {
    const list = listAbove(units);
    let row = Math.floor(list / STEPS);
    let bits = this.#columns[row]! & (-1 << (list % STEPS));
    if (bits === 0) {
      const rows = this.#rows & (-2 << row);
      if (rows === 0) return NONE;
      row = lowestBit(rows);
      bits = this.#columns[row]!;
    }
    return row * STEPS + lowestBit(bits);
  }

  /**
   * More memory at the end, and the free block there. An eighth more than there is, so that many small needs do not
   * grow it many times (pages that nobody touches cost nothing); exactly the need where that is refused.
   */
  #grow(units: number): Block | undefined {
    const tail = this.#last?.free ? this.#last.units : 0;
    const pagesNow = (this.#end * UNIT) / PAGE;
    const need = Math.ceil(((units - tail) * UNIT) / PAGE);
    const room = this.maximumPages - pagesNow;
    if (need > room) return undefined;
    const generous = Math.min(room, Math.max(need, 16, pagesNow >> 3));
    const pages = this.#tryGrow(generous) ? generous : this.#tryGrow(need) ? need : 0;
    if (pages === 0) return undefined;
    const added = (pages * PAGE) / UNIT;
    const start = this.#end;
    this.#end += added;
    const last = this.#last;
    if (last?.free) {
      this.#unlink(last);
      last.units += added;
      this.#link(last);
      return last;
    }
    const block: Block = {
      start,
      units: added,
      free: true,
      before: last,
      after: undefined,
      nextFree: undefined,
      previousFree: undefined,
    };
    if (last !== undefined) last.after = block;
    this.#last = block;
    this.#link(block);
    return block;
  }

  #tryGrow(pages: number): boolean {
    try {
      this.memory.grow(pages);
      this.growths++;
      return true;
    } catch {
      return false;
    }
  }

  /** Leaves `units` in the block and makes a free one of the rest. */
  #split(block: Block, units: number): void {
    // A rest of one unit would be slack without a block.
    if (block.units - units < 2) return;
    const rest: Block = {
      start: block.start + units,
      units: block.units - units,
      free: true,
      before: block,
      after: block.after,
      nextFree: undefined,
      previousFree: undefined,
    };
    block.units = units;
    if (block.after === undefined) this.#last = rest;
    else block.after.before = rest;
    block.after = rest;
    this.#link(rest);
  }

  /** Adds the block behind to the one before it. */
  #merge(block: Block, behind: Block): void {
    block.units += behind.units;
    block.after = behind.after;
    if (behind.after === undefined) this.#last = block;
    else behind.after.before = block;
  }

  #link(block: Block): void {
    block.free = true;
    const list = listOf(block.units);
    const head = this.#lists[list];
    block.nextFree = head;
    block.previousFree = undefined;
    if (head !== undefined) head.previousFree = block;
    this.#lists[list] = block;
    const row = list >>> STEP_BITS;
    this.#rows |= 1 << row;
    this.#columns[row]! |= 1 << (list % STEPS);
  }

  #unlink(block: Block): void {
    const { nextFree, previousFree } = block;
    if (nextFree !== undefined) nextFree.previousFree = previousFree;
    if (previousFree !== undefined) previousFree.nextFree = nextFree;
    block.nextFree = block.previousFree = undefined;
    const list = listOf(block.units);
    if (previousFree !== undefined) return;
    this.#lists[list] = nextFree;
    if (nextFree !== undefined) return;
    const row = list >>> STEP_BITS;
    this.#columns[row]! &= ~(1 << (list % STEPS));
    if (this.#columns[row] === 0) this.#rows &= ~(1 << row);
  }
}

const lowestBit = (bits: number): number => 31 - Math.clz32(bits & -bits);
