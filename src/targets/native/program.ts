/** A compiled program: its functions, and what a run has to bring along. */
import { BYTES } from "../../compiler/scopes.js";
import { DeviceError, OutOfMemoryError } from "../../errors.js";
import { allocate, type DType, type Storage, storageOf, type TypedArray } from "../../graph/index.js";
import { formatShape } from "../../shape/index.js";
import type { ProgramPlan } from "../known-programs.js";
import {
  copyIn,
  copyOut,
  describeOutputs,
  type Failure,
  failureOf,
  type Output,
  peakOf,
} from "../program-parts.js";
import { inSlices } from "../slices.js";
import type { Renewed, RunReport } from "../target.js";
import { type Entry, type Native, openNative, openProgram, openProgramSoon } from "./library.js";
import { NativeMemory, type Placed, type Room, viewOf } from "./memory.js";
import { wordsLayout } from "./print-program.js";
import { finish, type Made, printSteps } from "./print-steps.js";

/** Values of up to so many bytes are copied in and out of each run: that is quicker than asking where they lie. */
const SMALL = 2048;
/** Programs of less work than this (in nanoseconds) are not worth waiting for elsewhere. */
const SHORT = 200_000;

interface Input {
  /** Number of the buffer, or -1 where the program does not need it. */
  readonly buffer: number;
  /** Bytes from the start of a run's small values, or -1. */
  readonly small: number;
  readonly dtype: DType;
  readonly length: number;
}

interface PlacedOutput extends Output {
  /** Bytes from the start of a run's small values, or -1. */
  readonly small: number;
}

/** Memory for values that only live during a run. */
interface Region {
  /** Keeps it. */
  readonly room: Room | undefined;
  readonly address: number;
  readonly bytes: number;
}

const NO_REGION: Region = { room: undefined, address: 0, bytes: 0 };

/** What all programs of the process share. */
class Shared {
  readonly native: Native = openNative();
  readonly memory = new NativeMemory(this.native.place);
  #arena = NO_REGION;
  #scratch = NO_REGION;
  /** Runs that have not ended: what they read may not be written over. */
  inFlight = 0;

  /** Room for a run that ends before anything else begins. */
  arena(bytes: number): Region {
    if (bytes > this.#arena.bytes) this.#arena = this.#atLeast(NO_REGION, bytes);
    return this.#arena;
  }

  scratch(bytes: number): Region {
    if (bytes > this.#scratch.bytes) this.#scratch = this.#atLeast(NO_REGION, bytes);
    return this.#scratch;
  }

  /** Room for a run while which others may come: its own until it is given back. */
  takeRegions(arenaBytes: number, scratchBytes: number): readonly [arena: Region, scratch: Region] {
    const taken = [this.arena(arenaBytes), this.scratch(scratchBytes)] as const;
    this.#arena = this.#scratch = NO_REGION;
    return taken;
  }

  giveRegions([arena, scratch]: readonly [arena: Region, scratch: Region]): void {
    if (arena.bytes > this.#arena.bytes) this.#arena = arena;
    if (scratch.bytes > this.#scratch.bytes) this.#scratch = scratch;
  }

  #atLeast(region: Region, bytes: number): Region {
    if (bytes <= region.bytes) return region;
    const room = this.memory.room(bytes);
    return { room, address: room.address, bytes };
  }
}

let shared: Shared | undefined;
const openShared = (): Shared => {
  shared ??= new Shared();
  return shared;
};

let threads = 1;

/** Threads that programs use from now on. */
export function useThreads(count: number): void {
  threads = count;
}

const roundUp = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/** What one run works with: the words, and small values in front of the kernels' eyes. A run under way has its own. */
class Frame {
  readonly words: Float64Array;
  readonly address: number;
  readonly inputs: readonly (TypedArray | undefined)[];
  readonly outputs: readonly (TypedArray | undefined)[];
  /** Where its temporaries are. */
  arena = -1;
  scratch = -1;
  busy = false;

  constructor(
    place: Native["place"],
    words: number,
    smallBytes: number,
    inputs: readonly Input[],
    outputs: readonly PlacedOutput[],
  ) {
    const begin = roundUp(8 * words);
    const buffer = new ArrayBuffer(begin + smallBytes + 64);
    const address = place(new Uint8Array(buffer));
    const shift = roundUp(address) - address;
    this.address = address + shift;
    this.words = new Float64Array(buffer, shift, words);
    const view = ({
      small,
      dtype,
      length,
    }: Pick<Input, "small" | "dtype" | "length">): TypedArray | undefined =>
      small < 0 ? undefined : viewOf(dtype, buffer, shift + begin + small, length);
    this.inputs = inputs.map(view);
    this.outputs = outputs.map(view);
    const at = ({ buffer: number, small }: Pick<Input, "buffer" | "small">): void => {
      if (small >= 0) this.words[number] = this.address + begin + small;
    };
    inputs.forEach(at);
    outputs.forEach(at);
  }
}

const gone = new FinalizationRegistry<() => void>((release) => release());

export class NativeProgram {
  readonly #shared: Shared;
  readonly #entry: Entry;
  readonly #inputs: readonly Input[];
  readonly #outputs: readonly PlacedOutput[];
  readonly #temporaries: readonly (readonly [word: number, offset: number])[];
  readonly #layout: ReturnType<typeof wordsLayout>;
  readonly #smallBytes: number;
  readonly #arenaBytes: number;
  readonly #privateBytes: number;
  readonly #parallel: boolean;
  readonly #short: boolean;
  readonly #failures: ReadonlyMap<number, Failure>;
  readonly #titles: readonly string[];
  readonly #placed: (Placed | undefined)[];
  /** Where old values of outputs were, for the next run. */
  readonly #spare: (Placed | undefined)[];
  #frame: Frame;
  /** Runs that have not ended, and whether the last of them is to close the shared object. */
  #running = 0;
  #released = false;
  readonly report: RunReport;

  private constructor(
    { outputs, leaves, updates }: ProgramPlan,
    { compiled, printed }: Made,
    entry: Entry,
    on: Shared,
  ) {
    const { code } = compiled;
    this.#shared = on;
    this.#entry = entry;
    this.#parallel = printed.parallel;
    this.#short = compiled.kernels.reduce((sum, { cost }) => sum + cost, 0) < SHORT;
    this.#layout = wordsLayout(code.buffers.length);
    const number = new Map(code.buffers.map((buffer, i) => [buffer, i]));
    let smallBytes = 0;
    const placeSmall = ({ length, dtype }: Pick<Input, "length" | "dtype">): number => {
      const bytes = length * BYTES[dtype];
      if (bytes > SMALL) return -1;
      const place = smallBytes;
      smallBytes += roundUp(Math.max(1, bytes));
      return place;
    };
    const updated = new Set(updates.map(([, input]) => input));
    this.#inputs = leaves.map((leaf, i): Input => {
      const buffer = compiled.inputs.get(leaf);
      if (buffer === undefined) return { buffer: -1, dtype: leaf.dtype, length: 0, small: -1 };
      const { dtype, length } = buffer;
      return { buffer: number.get(buffer)!, dtype, length, small: updated.has(i) ? -1 : placeSmall(buffer) };
    });
    this.#outputs = describeOutputs(compiled, outputs, leaves, updates, number).map((output) => ({
      ...output,
      small: output.buffer < 0 || (output.over >= 0 && output.length > 0) ? -1 : placeSmall(output),
    }));
    this.#temporaries = [...compiled.arena].map(([buffer, offset]) => [number.get(buffer)!, offset]);
    this.#smallBytes = smallBytes;
    this.#arenaBytes = compiled.arenaBytes;
    this.#privateBytes = code.privateBytes;
    this.#titles = outputs.map(({ op, shape }) => `${op} of shape ${formatShape(shape)}`);
    this.#failures = new Map([...compiled.sites].map(([site, node]) => [site, failureOf(node)]));
    this.#placed = new Array<Placed | undefined>(outputs.length).fill(undefined);
    this.#spare = [...this.#placed];
    this.report = { computed: compiled.kernels.length, peakBytes: peakOf(compiled) };
    this.#frame = this.#newFrame();
    gone.register(this, entry.close, this);
  }

  /** Compiles the program at once. */
  static make(plan: ProgramPlan): NativeProgram {
    return NativeProgram.makeToLookAt(plan).program;
  }

  /** As `make`, with what the program was made of. */
  static makeToLookAt(plan: ProgramPlan): Made & { readonly program: NativeProgram; readonly bytes: number } {
    return NativeProgram.open(plan, finish(NativeProgram.#print(plan, openShared().native)));
  }

  static #print(plan: ProgramPlan, { toolchain }: Native): Generator<void, Made, void> {
    return printSteps(plan, toolchain, (made) => NativeProgram.open(plan, made).program);
  }

  /** Builds what is printed, or finds it in the cache. */
  static open(
    plan: ProgramPlan,
    made: Made,
  ): Made & { readonly program: NativeProgram; readonly bytes: number } {
    const on = openShared();
    const entry = openProgram(on.native, made.printed.files);
    return { ...made, program: new NativeProgram(plan, made, entry, on), bytes: entry.bytes };
  }

  /**
   * Compiles it while the event loop turns.
   *
   * @throws Overtaken where something else was compiled or computed meanwhile
   */
  static async makeSoon(plan: ProgramPlan): Promise<NativeProgram> {
    const on = openShared();
    const made = await inSlices(NativeProgram.#print(plan, on.native));
    return new NativeProgram(plan, made, await openProgramSoon(on.native, made.printed.files), on);
  }

  /** It will not be run any more; where it still runs, the end is waited for. */
  release(): void {
    if (!gone.unregister(this)) return;
    if (this.#running === 0) this.#entry.close();
    else this.#released = true;
  }

  #newFrame(): Frame {
    const { place } = this.#shared.native;
    return new Frame(place, this.#layout.words, this.#smallBytes, this.#inputs, this.#outputs);
  }

  get #threads(): number {
    return this.#parallel ? threads : 1;
  }

  /** Values of the outputs for these values of the leaves. Two outputs may share a storage that is then marked lent. */
  run(inputs: readonly Storage[], mayOverwrite?: readonly boolean[], renewed?: Renewed): Storage[] {
    if (this.#frame.busy) this.#frame = this.#newFrame();
    const frame = this.#frame;
    const on = this.#shared;
    const count = this.#threads;
    const alone = on.inFlight === 0;
    const placed = this.#placed.fill(undefined);
    try {
      const [arena, scratch] = [on.arena(this.#arenaBytes), on.scratch(this.#privateBytes * count)];
      this.#place(frame, inputs, placed, arena, scratch, alone ? mayOverwrite : undefined);
      this.#entry.run(frame.address, count);
      this.#check(frame);
    } catch (error) {
      this.#keepSpare(placed);
      throw error;
    }
    return this.#collect(frame, inputs, placed, alone ? renewed : undefined);
  }

  /**
   * As `run`, while the event loop turns. Nothing is written over meanwhile, since anybody may look at it; in the end
   * what may be replaced is.
   */
  async runAsync(inputs: readonly Storage[], mayOverwrite?: readonly boolean[]): Promise<Storage[]> {
    if (this.#short) return this.run(inputs, mayOverwrite);
    const frame = this.#frame.busy ? this.#newFrame() : this.#frame;
    const on = this.#shared;
    const count = this.#threads;
    const regions = on.takeRegions(this.#arenaBytes, this.#privateBytes * count);
    const placed: (Placed | undefined)[] = this.#outputs.map(() => undefined);
    frame.busy = true;
    this.#running++;
    on.inFlight++;
    try {
      this.#place(frame, inputs, placed, ...regions, undefined);
      await this.#entry.runAsync(frame.address, count);
      this.#check(frame);
    } catch (error) {
      this.#keepSpare(placed);
      throw error;
    } finally {
      frame.busy = false;
      if (--this.#running === 0 && this.#released) this.#entry.close();
      on.inFlight--;
      on.giveRegions(regions);
    }
    const replaced = this.#outputs.map(({ over }) =>
      over >= 0 && mayOverwrite?.[over] === true && !inputs[over]!.lent ? inputs[over] : undefined,
    );
    return this.#collect(frame, inputs, placed, replaced);
  }

  /** Each kernel by itself, as a call that computes the same once more, after a run of the program. */
  withKernels<T>(inputs: readonly Storage[], use: (kernels: readonly (() => void)[]) => T): T {
    const frame = this.#newFrame();
    const on = this.#shared;
    const regions = on.takeRegions(this.#arenaBytes, this.#privateBytes);
    const placed: (Placed | undefined)[] = this.#outputs.map(() => undefined);
    try {
      this.#place(frame, inputs, placed, ...regions, undefined);
      this.#entry.run(frame.address, 1);
      const kernels = Array.from({ length: this.report.computed }, (_, kernel) => () => {
        this.#entry.runKernel(frame.address, kernel);
      });
      return use(kernels);
    } finally {
      on.giveRegions(regions);
    }
  }

  #place(
    frame: Frame,
    inputs: readonly Storage[],
    placed: (Placed | undefined)[],
    arena: Region,
    scratch: Region,
    mayOverwrite: readonly boolean[] | undefined,
  ): void {
    const { memory } = this.#shared;
    const { words } = frame;
    for (let i = 0; i < this.#inputs.length; i++) {
      const { buffer } = this.#inputs[i]!;
      if (buffer < 0) continue;
      const storage = inputs[i]!;
      const view = frame.inputs[i];
      if (view === undefined) words[buffer] = memory.addressOf(storage);
      else copyIn(view, 0, storage.host ?? storage.read());
    }
    for (let i = 0; i < this.#outputs.length; i++) {
      const { buffer, over, small, dtype, length } = this.#outputs[i]!;
      if (buffer < 0 || small >= 0) continue;
      if (over >= 0 && mayOverwrite?.[over] === true && this.#inputs[over]!.buffer >= 0)
        words[buffer] = words[this.#inputs[over]!.buffer]!;
      else {
        const room = this.#spare[i] ?? this.#withRoom(i, () => memory.take(dtype, length));
        this.#spare[i] = undefined;
        placed[i] = room;
        words[buffer] = room.address;
      }
    }
    if (frame.arena !== arena.address) {
      for (const [word, offset] of this.#temporaries) words[word] = arena.address + offset;
      frame.arena = arena.address;
    }
    words[this.#layout.scratch] = scratch.address;
    words[this.#layout.scratchBytes] = this.#privateBytes;
  }

  /** Room for results that there are none of. */
  #keepSpare(placed: readonly (Placed | undefined)[]): void {
    for (let i = 0; i < placed.length; i++) this.#spare[i] = placed[i] ?? this.#spare[i];
  }

  /** Says what there was no room for. */
  #withRoom<T>(i: number, take: () => T): T {
    try {
      return take();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const { length, dtype } = this.#outputs[i]!;
      throw new OutOfMemoryError(`${this.#titles[i]}: there is no room for ${length} elements of ${dtype}`, {
        cause: error,
      });
    }
  }

  #check({ words }: Frame): void {
    const { statusCode, statusSite, statusValue } = this.#layout;
    const code = words[statusCode]!;
    if (code === 0) return;
    const failure = this.#failures.get(words[statusSite]!);
    if (failure === undefined) throw new DeviceError(`native: a check failed at an unknown place (${code})`);
    throw failure(code - 1, words[statusValue]!);
  }

  /** `renewed`: storages that take the new values instead of a new one. */
  #collect(
    frame: Frame,
    inputs: readonly Storage[],
    placed: readonly (Placed | undefined)[],
    renewed: Renewed | undefined,
  ): Storage[] {
    const { memory } = this.#shared;
    const results: Storage[] = [];
    for (let i = 0; i < this.#outputs.length; i++) {
      const { buffer, sameAs, dtype, length, over, small } = this.#outputs[i]!;
      const room = placed[i];
      if (buffer < 0) {
        const same = sameAs < 0 ? inputs[-1 - sameAs]! : results[sameAs]!;
        same.lent = true;
        results.push(same);
      } else if (small >= 0) {
        const old = renewed?.[i];
        if (old?.host !== undefined && old.dtype === dtype && old.length === length) {
          copyOut(frame.outputs[i]!, 0, old.host);
          results.push(old);
        } else results.push(storageOf(dtype, copyOut(frame.outputs[i]!, 0, allocate(dtype, length))));
      } else if (room === undefined) results.push(inputs[over]!);
      else {
        const old = renewed?.[i];
        if (old?.dtype === dtype && old.length === length) {
          this.#spare[i] = memory.replace(old, room);
          results.push(old);
        } else results.push(memory.adopt(dtype, length, room));
      }
    }
    return results;
  }
}
