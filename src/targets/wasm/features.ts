/**
 * What the WebAssembly engine under us can do. Each answer is measured: a module that uses the feature is validated, or
 * run and its value looked at. Nothing is probed before the first question.
 */

/** What this engine and this thread can do. */
export interface Features {
  /** 128-bit vectors. */
  readonly simd: boolean;
  /** The relaxed vector instructions, of which `f32x4.relaxed_madd` is wanted. */
  readonly relaxedSimd: boolean;
  /** `relaxed_madd` rounds once, as a fused multiply-add, on this machine. */
  readonly fusedMultiplyAdd: boolean;
  /** Memory that threads can share, and the atomic instructions. */
  readonly sharedMemory: boolean;
  /** This thread may sleep (`Atomics.wait`); a browser's main thread may not. */
  readonly mayWait: boolean;
  /** False in a page that the browser does not isolate, which may not share memory with workers. */
  readonly isolated: boolean;
}

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** A function body of this code, in a module that exports it as "f". */
function module(signature: readonly number[], imports: readonly number[], code: readonly number[]) {
  const body = [0x00, ...code, 0x0b];
  return new Uint8Array([
    ...HEADER,
    ...[0x01, signature.length + 2, 0x01, 0x60, ...signature],
    ...imports,
    ...[0x03, 0x02, 0x01, 0x00],
    ...[0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00],
    ...[0x0a, body.length + 2, 0x01, body.length, ...body],
  ]);
}

/** () -> i32: the first lane of i32x4.splat(7). */
const SIMD = module([0x00, 0x01, 0x7f], [], [0x41, 0x07, 0xfd, 0x11, 0xfd, 0x1b, 0x00]);

/** (a, b, c) -> a * b + c, by f32x4.relaxed_madd. */
const RELAXED_MADD = module(
  [0x03, 0x7d, 0x7d, 0x7d, 0x01, 0x7d],
  [],
  [
    0x20, 0x00, 0xfd, 0x13, 0x20, 0x01, 0xfd, 0x13, 0x20, 0x02, 0xfd, 0x13, 0xfd, 0x85, 0x02, 0xfd, 0x1f,
    0x00,
  ],
);

/** () -> i32.atomic.load(0) of the imported shared memory "m"."m". */
const ATOMICS = module(
  [0x00, 0x01, 0x7f],
  [0x02, 0x09, 0x01, 0x01, 0x6d, 0x01, 0x6d, 0x02, 0x03, 0x01, 0x01],
  [0x41, 0x00, 0xfe, 0x10, 0x02, 0x00],
);

/**
 * V8 11.3 (Node 20) has the relaxed instructions behind a flag that takes effect at once, for workers too. Later
 * versions have no such flag and complain about it, so it is set in that version only.
 */
function enableRelaxedSimd(): void {
  const { process } = globalThis;
  if (!process?.versions?.v8?.startsWith("11.3.")) return;
  process.getBuiltinModule?.("node:v8")?.setFlagsFromString("--experimental-wasm-relaxed-simd");
}

function hasRelaxedSimd(): boolean {
  if (WebAssembly.validate(RELAXED_MADD)) return true;
  enableRelaxedSimd();
  return WebAssembly.validate(RELAXED_MADD);
}

/** (1 + 2^-12)^2 has a last bit that a product rounded to float32 loses. */
function fuses(): boolean {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(RELAXED_MADD));
  const madd = exports.f as (a: number, b: number, c: number) => number;
  const x = 1 + 2 ** -12;
  return madd(x, x, -Math.fround(x * x)) !== 0;
}

function hasSharedMemory(): boolean {
  if (typeof SharedArrayBuffer === "undefined" || !WebAssembly.validate(ATOMICS)) return false;
  try {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    return memory.buffer instanceof SharedArrayBuffer;
  } catch {
    return false;
  }
}

function mayWait(): boolean {
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0);
    return true;
  } catch {
    return false;
  }
}

function probe(): Features {
  if (typeof WebAssembly === "undefined") {
    return {
      simd: false,
      relaxedSimd: false,
      fusedMultiplyAdd: false,
      sharedMemory: false,
      mayWait: false,
      isolated: false,
    };
  }
  const relaxedSimd = hasRelaxedSimd();
  return {
    simd: WebAssembly.validate(SIMD),
    relaxedSimd,
    fusedMultiplyAdd: relaxedSimd && fuses(),
    sharedMemory: hasSharedMemory(),
    mayWait: mayWait(),
    // Node and its like have no such property, and no such rule.
    isolated: globalThis.crossOriginIsolated !== false,
  };
}

let found: Features | undefined;

/** What this engine and this thread can do, probed at the first call. */
export function features(): Features {
  found ??= probe();
  return found;
}
