/** A compiled program in the device's memory: its module, and what a run has to bring along. */

import type { ProgramCode } from "../../compiler/code.js";
import type { Compiled } from "../../compiler/compile.js";
import { BYTES } from "../../compiler/scopes.js";
import { DeviceError, OutOfMemoryError } from "../../errors.js";
import { allocate, type Storage, storageOf } from "../../graph/index.js";
import { formatShape } from "../../shape/index.js";
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
import { type Blueprint, blueprintSteps, type ProgramOptions } from "./blueprint.js";
import type { Engine } from "./engine.js";
import type { PrintedProgram } from "./printer.js";
import { kernelsOf, runInSlices } from "./slices.js";
import { SYSTEM_PAGE } from "./system-page.js";
import type { ThreadModule } from "./threads.js";

/** An output that may lie among the small values. */
interface PlacedOutput extends Output {
  /** Where among them, or -1. */
  readonly small: number;
}

interface Input {
  /** Number of the buffer, or -1 where the program does not need it. */
  readonly buffer: number;
  readonly dtype: Storage["dtype"];
  readonly length: number;
  /** Where it lies among the small values, or -1. */
  readonly small: number;
  /** Whether it goes there the first time only. */
  readonly once: boolean;
}

/**
 * Values of up to so many bytes are copied in and out of each run: that is quicker than keeping account of them in the
 * device's memory. Parameters are not, since they are updated where they are.
 */
const SMALL = 2048;
/**
 * Larger ones are copied in too the first time that they come, as the batches of a training do: into memory that the last
 * batch has left in the cache, without an account of them. What comes a second time stays on the device. Of one program
 * so many bytes at most.
 */
const STAGED = 8 * 2 ** 20;

// Functions that a program holds are made apart from its constructor: they would hold all that it worked with.
const importsOf = (engine: Engine) => ({
  maru: { memory: engine.heap.memory, stalled: () => engine.pool.stalled() },
});
const releaseOf = (engine: Engine, params: number, id: number) => (): void => {
  engine.residency.free(params);
  engine.pool.forget(id);
};

let nextModule = 1;
const gone = new FinalizationRegistry<() => void>((release) => release());

export class WasmProgram {
  readonly #engine: Engine;
  readonly #module: ThreadModule;
  readonly #parallel: boolean;
  readonly #params: number;
  readonly #release: () => void;
  /** Where the small values are. */
  #small = 0;
  readonly #smallBytes: number;
  /** Addresses of inputs and outputs in this run. */
  readonly #addresses: number[];
  readonly #places: number[];
  readonly #code: ProgramCode;
  readonly #inputs: readonly Input[];
  readonly #outputs: readonly PlacedOutput[];
  readonly #temporaries: readonly (readonly [word: number, offset: number])[];
  readonly #arenaBytes: number;
  readonly #failures: ReadonlyMap<number, Failure>;
  /** What each output is, for messages. */
  readonly #titles: readonly string[];
  #arenaAddress = -1;
  #scratchAddress = -1;
  readonly report: RunReport;
  readonly compiled: Compiled | undefined;
  readonly printed: PrintedProgram | undefined;

  private constructor(
    { engine, outputs, leaves, updates, keep }: ProgramOptions,
    { compiled, printed }: Blueprint,
    instance: WebAssembly.Instance,
  ) {
    const { code } = compiled;
    const { bytes } = printed;
    const id = nextModule++;
    this.#engine = engine;
    this.#module = { id, bytes, instance };
    this.#parallel = printed.parallel;
    this.#code = withoutBodies(code);
    const number = new Map(code.buffers.map((buffer, i) => [buffer, i]));
    let smallBytes = 0;
    const placeSmall = ({ length, dtype }: Pick<Input, "length" | "dtype">, most = SMALL): number => {
      const bytes = length * BYTES[dtype];
      if (bytes > most) return -1;
      const place = smallBytes;
      smallBytes += Math.ceil(bytes / 64) * 64 + 64;
      return place;
    };
    const updated = new Set(updates.map(([, input]) => input));
    this.#inputs = leaves.map((leaf, i): Input => {
      const buffer = compiled.inputs.get(leaf);
      if (buffer === undefined) return { buffer: -1, dtype: leaf.dtype, length: 0, small: -1, once: false };
      const { dtype, length } = buffer;
      const once = length * BYTES[dtype] > SMALL;
      const small = updated.has(i) ? -1 : placeSmall(buffer, once ? STAGED - smallBytes : SMALL);
      return { buffer: number.get(buffer)!, dtype, length, small, once };
    });
    this.#outputs = describeOutputs(compiled, outputs, leaves, updates, number).map((output) => ({
      ...output,
      small: output.buffer < 0 ? -1 : placeSmall(output),
    }));
    this.#temporaries = [...compiled.arena].map(([buffer, offset]) => [number.get(buffer)!, offset]);
    this.#arenaBytes = compiled.arenaBytes;
    this.#titles = outputs.map(({ op, shape }) => `${op} of shape ${formatShape(shape)}`);
    this.#failures = new Map([...compiled.sites].map(([site, node]) => [site, failureOf(node)]));
    const words = code.buffers.length + 2 + code.phases.length;
    this.#params = engine.residency.allocate(words * 4);
    this.#smallBytes = smallBytes;
    this.#addresses = new Array<number>(leaves.length).fill(0);
    this.#places = new Array<number>(outputs.length).fill(0);
    this.report = { computed: compiled.kernels.length, peakBytes: peakOf(compiled) };
    this.compiled = keep ? compiled : undefined;
    this.printed = keep ? printed : undefined;
    const params = this.#params;
    this.#release = releaseOf(engine, params, id);
    gone.register(this, this.#release, this);
  }

  /** Compiles the program at once. */
  static make(options: ProgramOptions): WasmProgram {
    const steps = blueprintSteps(options);
    for (;;) {
      const step = steps.next();
      if (!step.done) continue;
      const module = new WebAssembly.Module(step.value.printed.bytes);
      const instance = new WebAssembly.Instance(module, importsOf(options.engine));
      return new WasmProgram(options, step.value, instance);
    }
  }

  /**
   * Compiles it without blocking a page.
   *
   * @throws Overtaken where something else was compiled or computed meanwhile
   */
  static async makeSoon(options: ProgramOptions): Promise<WasmProgram> {
    const blueprint = await inSlices(blueprintSteps(options));
    const module = await WebAssembly.compile(blueprint.printed.bytes);
    const instance = await WebAssembly.instantiate(module, importsOf(options.engine));
    return new WasmProgram(options, blueprint, instance);
  }

  /** Gives its memory back now; it cannot be run any more. Without this it does so once nobody holds it. */
  release(): void {
    if (gone.unregister(this)) this.#release();
  }

  /** Values of the outputs for these values of the leaves. Two outputs may share a storage that is then marked lent. */
  run(inputs: readonly Storage[], mayOverwrite?: readonly boolean[], renewed?: Renewed): Storage[] {
    const { pool, residency } = this.#engine;
    pool.refuseWhenBusy();
    residency.begin();
    try {
      this.#place(inputs, mayOverwrite);
      pool.run(this.#module, this.#params, this.#threads);
      this.#check();
      return this.#collect(inputs, renewed);
    } catch (error) {
      throw this.#breakOff(inputs, error);
    } finally {
      residency.end();
    }
  }

  /** As `run`, without blocking; one at a time. Nothing is overwritten, since anybody may look at it meanwhile. */
  async runAsync(inputs: readonly Storage[]): Promise<Storage[]> {
    const { pool, residency } = this.#engine;
    residency.begin();
    try {
      this.#place(inputs, undefined);
      const { instance } = this.#module;
      const slices = (): Promise<void> => runInSlices(instance, this.#code, this.#params, this.#engine);
      await pool.runAsync(this.#module, this.#params, this.#threads, slices);
      this.#check();
      return this.#collect(inputs);
    } catch (error) {
      throw this.#breakOff(inputs, error);
    } finally {
      residency.end();
    }
  }

  /** Runs the program and hands out its kernels, each of which computes the same once more. Of a program that was kept. */
  withKernels<T>(inputs: readonly Storage[], use: (kernels: readonly (() => void)[]) => T): T {
    const { pool, residency } = this.#engine;
    pool.refuseWhenBusy();
    residency.begin();
    try {
      this.#place(inputs, undefined);
      pool.run(this.#module, this.#params, 1);
      const result = use(kernelsOf(this.#module.instance, this.#code, this.#params));
      this.#collect(inputs);
      return result;
    } finally {
      residency.end();
    }
  }

  get #threads(): number {
    return this.#parallel ? this.#engine.threads : 1;
  }

  /** Brings the inputs to the device, where they stay while the program runs, and finds places for the outputs. */
  #place(inputs: readonly Storage[], mayOverwrite: readonly boolean[] | undefined): void {
    const addresses = this.#addresses;
    const places = this.#places.fill(0);
    if (this.#smallBytes > 0) this.#small = this.#engine.small.room(this.#smallBytes) + 64;
    this.#engine.words[SYSTEM_PAGE.OVERWRITING >> 2] = 0;
    for (let i = 0; i < this.#inputs.length; i++)
      addresses[i] = this.#addressOf(this.#inputs[i]!, inputs[i]!);
    for (let i = 0; i < this.#outputs.length; i++) {
      const { buffer, over, small, dtype, length } = this.#outputs[i]!;
      if (buffer < 0) continue;
      if (over >= 0 && mayOverwrite?.[over] === true && addresses[over] !== 0) places[i] = addresses[over]!;
      else if (small >= 0) places[i] = this.#small + small;
      else {
        const bytes = Math.max(4, length * BYTES[dtype]);
        places[i] = this.#withRoom(
          () => this.#engine.residency.allocate(bytes),
          () => `${this.#titles[i]}: there is no room for ${length} elements of ${dtype}`,
        );
      }
    }
    this.#withRoom(
      () => this.#placeCommon(this.#threads),
      () =>
        `${this.#titles.at(-1)}: there is no room for ${this.#arenaBytes} bytes of values on the way to it`,
    );
    const { words } = this.#engine;
    const base = this.#params >> 2;
    for (let i = 0; i < addresses.length; i++) {
      const { buffer } = this.#inputs[i]!;
      if (buffer >= 0) words[base + buffer] = addresses[i]!;
    }
    for (let i = 0; i < places.length; i++) {
      const { buffer } = this.#outputs[i]!;
      if (buffer >= 0) words[base + buffer] = places[i]!;
    }
    const { buffers, phases } = this.#code;
    const counters = base + buffers.length + 2;
    for (let i = 0; i < phases.length; i++) words[counters + i] = 0;
  }

  /** Says what there was no room for. */
  #withRoom<T>(take: () => T, what: () => string): T {
    try {
      return take();
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      throw new OutOfMemoryError(`${what()}; ${error.message}`, { cause: error });
    }
  }

  #addressOf({ buffer, small, dtype, once }: Input, storage: Storage): number {
    if (buffer < 0) return 0;
    const { host, brought } = storage;
    storage.brought = true;
    if (small < 0 || host === undefined || (once && brought))
      return this.#engine.residency.addressOf(storage);
    const address = this.#small + small;
    copyIn(this.#engine.view(dtype), address / BYTES[dtype], host);
    return address;
  }

  /** Takes back what can be taken back of a run that has failed, and says what cannot. */
  #breakOff(inputs: readonly Storage[], error: unknown): unknown {
    const { residency, words } = this.#engine;
    const overwriting = words[SYSTEM_PAGE.OVERWRITING >> 2] !== 0;
    let lost = 0;
    this.#outputs.forEach(({ over, small }, i) => {
      const place = this.#places[i]!;
      if (place === 0) return;
      if (over >= 0 && place === this.#addresses[over]) {
        if (overwriting && !residency.spoiled(inputs[over]!)) lost++;
      } else if (small < 0) residency.free(place);
    });
    if (lost === 0) return error;
    return new DeviceError(
      `${error instanceof Error ? error.message : String(error)}. It was writing new values over old ones: ` +
        `${lost} tensor${lost === 1 ? " is" : "s are"} partly old and partly new now; load the weights again ` +
        "(from a checkpoint, or by loadStateDict)",
      { cause: error },
    );
  }

  /** The arena and the threads' scratch, which may have moved since the last run. */
  #placeCommon(threads: number): void {
    const { arena, scratch } = this.#engine;
    const { buffers, privateBytes } = this.#code;
    const arenaAddress = this.#arenaBytes === 0 ? 0 : arena.room(this.#arenaBytes);
    const scratchAddress = privateBytes === 0 ? 0 : scratch.room(privateBytes * threads);
    const { words } = this.#engine;
    const base = this.#params >> 2;
    if (arenaAddress !== this.#arenaAddress) {
      for (const [word, offset] of this.#temporaries) words[base + word] = arenaAddress + offset;
      this.#arenaAddress = arenaAddress;
    }
    if (scratchAddress !== this.#scratchAddress) {
      words[base + buffers.length] = scratchAddress;
      words[base + buffers.length + 1] = privateBytes;
      this.#scratchAddress = scratchAddress;
    }
  }

  #check(): void {
    const { words } = this.#engine;
    const code = words[SYSTEM_PAGE.STATUS_CODE >> 2]!;
    if (code === 0) return;
    const site = words[SYSTEM_PAGE.STATUS_SITE >> 2]!;
    const failure = this.#failures.get(site);
    if (failure === undefined)
      throw new DeviceError(`wasm: a check failed at an unknown place (${code}, ${site})`);
    throw failure(code - 1, words[SYSTEM_PAGE.STATUS_VALUE >> 2]!);
  }

  #collect(inputs: readonly Storage[], renewed?: Renewed): Storage[] {
    const { residency } = this.#engine;
    const results: Storage[] = [];
    for (let i = 0; i < this.#outputs.length; i++) {
      const { buffer, sameAs, dtype, length, over, small } = this.#outputs[i]!;
      const place = this.#places[i]!;
      if (buffer < 0) {
        const shared = sameAs < 0 ? inputs[-1 - sameAs]! : results[sameAs]!;
        shared.lent = true;
        results.push(shared);
      } else if (over >= 0 && place === this.#addresses[over]) {
        residency.overwritten(inputs[over]!);
        results.push(inputs[over]!);
      } else if (small >= 0) {
        const old = renewed?.[i];
        if (old?.host !== undefined && old.dtype === dtype && old.length === length) {
          copyOut(this.#engine.view(dtype), place / BYTES[dtype], old.host);
          results.push(old);
        } else
          results.push(
            storageOf(
              dtype,
              copyOut(this.#engine.view(dtype), place / BYTES[dtype], allocate(dtype, length)),
            ),
          );
      } else {
        const old = renewed?.[i];
        const isMoved = old?.dtype === dtype && old.length === length && residency.moved(old, place);
        results.push(isMoved ? old : residency.adopt(dtype, length, place));
      }
    }
    return results;
  }
}

/** What a run has to know of the code: once it is printed, what the kernels do is not needed any more. */
function withoutBodies(code: ProgramCode): ProgramCode {
  return {
    ...code,
    buffers: code.buffers.map((buffer) => ({ ...buffer })),
    kernels: code.kernels.map((kernel) => ({ ...kernel, body: [] })),
    privateOffsets: new Map(),
  };
}
