/**
 * Which values are in the device's memory. It is a cache over the host's: a `Storage` may have a cell here, its values
 * are uploaded when a program first asks for them, and results stay until they are read or pushed out.
 *
 * Nobody frees anything by hand. When a `Storage` is unreachable its finalizer frees the cell. Finalizers do not run
 * inside a synchronous loop, so there is a rule of pressure besides (`softLimit`): above it the cells that were used
 * longest ago are evicted, their values copied to the host. To keep such a loop level, nothing here may hold what has
 * been evicted: the list holds cells that are on the device, a cell does not know its storage, an evicted cell is
 * reachable through its storage alone, and the finalizer's entry, which would hold it, is taken back.
 */
import { allocate, type DType, type Resident, Storage, type TypedArray } from "../../graph/index.js";
import { ballastOf, softLimit } from "../ballast.js";
import type { WasmHeap } from "./heap.js";

/** What the largest recent program used counts for less with each one that ends. */
const FORGETTING = 15 / 16;

/** What a cell is taken to weigh besides its values, so that there are not millions of tiny ones. */
const CELL_BYTES = 4096;

const ELEMENT_BYTES: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  int32: 4,
  uint8: 1,
  bool: 1,
};

export const bytesOf = (dtype: DType, length: number): number => length * ELEMENT_BYTES[dtype];

/** The values of one storage on the device, or pushed out from there. */
class Cell implements Resident {
  /** Where the values are on the device; 0 when they are not there. */
  address = 0;
  /** The values while they are pushed out, unless the storage has them itself. */
  host: TypedArray | undefined;
  /** Whether the storage has the values on the host, so that pushing them out copies nothing. */
  copied = false;
  /** Whether the running program uses them. */
  pinned = false;
  /** Whether the storage is gone, and only the running program keeps the cell. */
  dead = false;
  /** Neighbours in the order of use. */
  older: Cell | undefined;
  newer: Cell | undefined;

  constructor(
    readonly owner: Residency,
    readonly dtype: DType,
    readonly length: number,
  ) {}

  get weight(): number {
    return bytesOf(this.dtype, this.length) + CELL_BYTES;
  }

  read(): TypedArray {
    return this.host?.slice() ?? this.owner.copyOut(this.dtype, this.address, this.length);
  }
}

export interface ResidencyOptions {
  /** In place of what the machine's memory suggests. */
  readonly softLimit?: number;
}

export class Residency {
  readonly memory: WebAssembly.Memory;
  readonly #heap: WasmHeap;
  readonly #softLimit: number;
  /** Values on the device with what their cells weigh; the part that the running program uses; what recent ones used. */
  #weight = 0;
  #pinnedWeight = 0;
  #recentWeight = 0;
  readonly #pinned: Cell[] = [];
  #programs = 0;
  #oldest: Cell | undefined;
  #newest: Cell | undefined;
  readonly #registry = new FinalizationRegistry<Cell>((cell) => this.#bury(cell));

  constructor(heap: WasmHeap, options: ResidencyOptions = {}) {
    this.#heap = heap;
    this.memory = heap.memory;
    this.#softLimit = options.softLimit ?? softLimit();
  }

  /** Bytes of values on the device, with what their cells weigh. */
  get residentBytes(): number {
    return this.#weight;
  }

  /** A program begins: what it asks for from now on stays where it is until `end`. */
  begin(): void {
    this.#programs++;
  }

  /** The program has ended, well or badly. */
  end(): void {
    if (--this.#programs > 0) return;
    for (const cell of this.#pinned) {
      cell.pinned = false;
      if (cell.dead) this.#release(cell);
    }
    this.#pinned.length = 0;
    this.#recentWeight = Math.max(this.#pinnedWeight, this.#recentWeight * FORGETTING);
    this.#pinnedWeight = 0;
  }

  /** Where the values are on the device; brings them there first where they are not. */
  addressOf(storage: Storage): number {
    const cell = this.#cellOf(storage);
    if (cell.address === 0) this.#upload(storage, cell);
    else this.#touch(cell);
    this.#pin(cell);
    return cell.address;
  }

  /** The storage of values that a program wrote to a region from `allocate`; the region now belongs to it. */
  adopt(dtype: DType, length: number, address: number): Storage {
    const cell = new Cell(this, dtype, length);
    const storage = new Storage(dtype, length, undefined, cell);
    storage.ballast = ballastOf(bytesOf(dtype, length));
    cell.address = address;
    this.#enter(storage, cell);
    this.#pin(cell);
    this.#relieve(0);
    return storage;
  }

  /**
   * A program wrote new values of a storage to another region from `allocate`; the old one is free, since nobody has seen
   * what is in it. False where the device does not know the storage.
   */
  moved(storage: Storage, address: number): boolean {
    const cell = storage.resident;
    if (!(cell instanceof Cell) || cell.owner !== this) return false;
    storage.host = undefined;
    cell.copied = false;
    if (cell.address !== 0) {
      this.#heap.free(cell.address);
      cell.address = address;
      this.#touch(cell);
    } else {
      cell.host = undefined;
      cell.address = address;
      this.#enter(storage, cell);
    }
    return true;
  }

  /** A program has written new values over a storage's region: copies of the old ones are forgotten. */
  overwritten(storage: Storage): void {
    const cell = storage.resident as Cell;
    storage.host = undefined;
    cell.copied = false;
  }

  /**
   * A program broke off while it wrote over a storage's region. Where the host has the old values they are uploaded
   * again when they are asked for. Says whether it has.
   */
  spoiled(storage: Storage): boolean {
    const cell = storage.resident;
    if (storage.host === undefined || !(cell instanceof Cell) || cell.address === 0) return false;
    storage.resident = undefined;
    this.#registry.unregister(cell);
    cell.dead = true;
    if (!cell.pinned) this.#release(cell);
    return true;
  }

  /**
   * A region that belongs to the caller: for results, scratch and code. Cells make room for it when there is none.
   *
   * @throws OutOfMemoryError where nothing more can make room
   */
  allocate(bytes: number): number {
    this.#relieve(bytes);
    let address = this.#heap.tryAllocate(bytes);
    while (address === 0 && this.#evictOldest()) address = this.#heap.tryAllocate(bytes);
    if (address === 0) throw this.#heap.full(bytes);
    return address;
  }

  /** Gives back a region from `allocate` that was not adopted. */
  free(address: number): void {
    this.#heap.free(address);
  }

  /** A fresh copy on the host of what is at an address. */
  copyOut(dtype: DType, address: number, length: number): TypedArray {
    const copy = allocate(dtype, length);
    copy.set(this.#heap.view(dtype, address, length));
    return copy;
  }

  #cellOf(storage: Storage): Cell {
    const { resident } = storage;
    if (resident instanceof Cell && resident.owner === this) return resident;
    // Whatever other device has the values gives them up to the host.
    storage.host ??= storage.read();
    const cell = new Cell(this, storage.dtype, storage.length);
    storage.resident = cell;
    return cell;
  }

  #upload(storage: Storage, cell: Cell): void {
    const values = storage.host ?? cell.host!;
    cell.address = this.allocate(bytesOf(cell.dtype, cell.length));
    this.#heap.view(cell.dtype, cell.address, cell.length).set(values);
    // What is on the device may not be held on the host by its cell, so the storage takes it.
    storage.host = values;
    cell.host = undefined;
    cell.copied = true;
    this.#enter(storage, cell);
  }

  /** The cell is on the device from now on. */
  #enter(storage: Storage, cell: Cell): void {
    this.#registry.register(storage, cell, cell);
    this.#weight += cell.weight;
    this.#append(cell);
  }

  #pin(cell: Cell): void {
    if (this.#programs === 0 || cell.pinned) return;
    cell.pinned = true;
    this.#pinned.push(cell);
    this.#pinnedWeight += cell.weight;
  }

  /** The pressure rule, with `more` bytes to come. */
  #relieve(more: number): void {
    // Cells are evicted while together they exceed the limit or twice what recent programs used, whichever is more.
    const used = Math.max(this.#pinnedWeight + more, this.#recentWeight);
    const limit = Math.max(this.#softLimit, 2 * used);
    while (this.#weight + more > limit && this.#evictOldest());
  }

  /** Pushes out the cell that was used longest ago; false when there is none that no program uses. */
  #evictOldest(): boolean {
    let cell = this.#oldest;
    while (cell?.pinned) cell = cell.newer;
    if (cell === undefined) return false;
    if (!cell.copied) cell.host = this.copyOut(cell.dtype, cell.address, cell.length);
    this.#registry.unregister(cell);
    this.#release(cell);
    return true;
  }

  /** The storage of a cell is gone. */
  #bury(cell: Cell): void {
    cell.dead = true;
    if (!cell.pinned) this.#release(cell);
  }

  /** The cell is not on the device any more. */
  #release(cell: Cell): void {
    this.#unlink(cell);
    this.#weight -= cell.weight;
    this.#heap.free(cell.address);
    cell.address = 0;
  }

  #touch(cell: Cell): void {
    if (cell === this.#newest) return;
    this.#unlink(cell);
    this.#append(cell);
  }

  #append(cell: Cell): void {
    cell.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = cell;
    else this.#newest.newer = cell;
    this.#newest = cell;
  }

  #unlink(cell: Cell): void {
    if (cell.older === undefined) this.#oldest = cell.newer;
    else cell.older.newer = cell.newer;
    if (cell.newer === undefined) this.#newest = cell.older;
    else cell.newer.older = cell.older;
    cell.older = cell.newer = undefined;
  }
}
