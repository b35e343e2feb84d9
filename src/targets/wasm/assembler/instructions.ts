/**
 * Every instruction that we write or may want, once: names in the order of their opcodes, grouped by what follows the
 * opcode. Others, such as arithmetic on bytes, are left out: a page would have to load their names.
 * The assembler writes from this table and the listing reads from it; a name that is not here does not compile.
 * Opcodes: WebAssembly core specification 2.0, chapter 5.4; the proposals "threads" and "relaxed SIMD".
 */

/** What follows an opcode. */
export interface Immediates {
  plain: [];
  block: [result?: ValType];
  label: [depth: number];
  function: [index: number];
  local: [index: number];
  memory: [offset?: number];
  lane: [lane: number];
  memoryLane: [offset: number, lane: number];
  shuffle: [lanes: readonly number[]];
  i32: [value: number];
  i64: [value: bigint];
  f32: [value: number];
  f64: [value: number];
  v128: [bytes: Uint8Array];
  fence: [];
}

export type Immediate = keyof Immediates;
export type ValType = "i32" | "i64" | "f32" | "f64" | "v128";

export const VALUE_TYPES: Readonly<Record<ValType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/** Opcodes behind a prefix byte count from here. */
const SATURATING = 0xfc0000;
const SIMD = 0xfd0000;
const ATOMIC = 0xfe0000;

/** [first opcode, names of it and its followers]; "" is a number that is not in use. */
type Run = readonly [first: number, names: readonly string[]];

// biome-ignore format: one row a family of opcodes
const TABLE = {
  plain: [
    [0x00, ["unreachable", "nop"]],
    [0x05, ["else"]],
    [0x0b, ["end"]],
    [0x0f, ["return"]],
    [0x1a, ["drop", "select"]],
    [0x45, [
      "i32.eqz", "i32.eq", "i32.ne", "i32.lt_s", "i32.lt_u", "i32.gt_s", "i32.gt_u", "i32.le_s", "i32.le_u", "i32.ge_s",
      "i32.ge_u", "i64.eqz", "i64.eq", "i64.ne",
    ]],
    [0x5b, [
      "f32.eq", "f32.ne", "f32.lt", "f32.gt", "f32.le", "f32.ge", "f64.eq", "f64.ne", "f64.lt", "f64.gt", "f64.le", "f64.ge", "",
      "", "", "i32.add", "i32.sub", "i32.mul", "i32.div_s", "i32.div_u", "i32.rem_s", "i32.rem_u", "i32.and", "i32.or",
      "i32.xor", "i32.shl", "i32.shr_s", "i32.shr_u",
    ]],
    [0x7c, [
      "i64.add", "i64.sub", "i64.mul", "", "", "", "", "i64.and", "i64.or", "i64.xor", "i64.shl", "i64.shr_s", "i64.shr_u", "",
      "", "f32.abs", "f32.neg", "f32.ceil", "f32.floor", "f32.trunc", "f32.nearest", "f32.sqrt", "f32.add", "f32.sub", "f32.mul",
      "f32.div", "f32.min", "f32.max", "f32.copysign", "f64.abs", "f64.neg", "f64.ceil", "f64.floor", "f64.trunc", "f64.nearest",
      "f64.sqrt", "f64.add", "f64.sub", "f64.mul", "f64.div", "f64.min", "f64.max", "f64.copysign", "i32.wrap_i64", "", "", "",
      "", "i64.extend_i32_s", "i64.extend_i32_u", "", "", "", "", "f32.convert_i32_s", "f32.convert_i32_u", "", "",
      "f32.demote_f64", "f64.convert_i32_s", "f64.convert_i32_u", "", "", "f64.promote_f32", "i32.reinterpret_f32",
      "i64.reinterpret_f64", "f32.reinterpret_i32", "f64.reinterpret_i64", "i32.extend8_s", "i32.extend16_s",
    ]],
    [SATURATING, ["i32.trunc_sat_f32_s", "", "i32.trunc_sat_f64_s", "", "", "", "i64.trunc_sat_f64_s"]],
    [SIMD + 0x0e, ["i8x16.swizzle", "i8x16.splat", "", "i32x4.splat", "i64x2.splat", "f32x4.splat", "f64x2.splat"]],
    [SIMD + 0x37, [
      "i32x4.eq", "i32x4.ne", "i32x4.lt_s", "i32x4.lt_u", "i32x4.gt_s", "i32x4.gt_u", "i32x4.le_s", "i32x4.le_u", "i32x4.ge_s",
      "i32x4.ge_u", "f32x4.eq", "f32x4.ne", "f32x4.lt", "f32x4.gt", "f32x4.le", "f32x4.ge", "f64x2.eq", "f64x2.ne", "f64x2.lt",
      "f64x2.gt", "f64x2.le", "f64x2.ge", "v128.not", "v128.and", "v128.andnot", "v128.or", "v128.xor", "v128.bitselect",
      "v128.any_true",
    ]],
    [SIMD + 0x5e, ["f32x4.demote_f64x2_zero", "f64x2.promote_low_f32x4"]],
    [SIMD + 0x67, ["f32x4.ceil", "f32x4.floor", "f32x4.trunc", "f32x4.nearest"]],
    [SIMD + 0x74, ["f64x2.ceil", "f64x2.floor", "", "", "", "", "f64x2.trunc"]],
    [SIMD + 0x87, [
      "i16x8.extend_low_i8x16_s", "i16x8.extend_high_i8x16_s", "i16x8.extend_low_i8x16_u", "i16x8.extend_high_i8x16_u",
    ]],
    [SIMD + 0x94, ["f64x2.nearest"]],
    [SIMD + 0xa0, [
      "i32x4.abs", "i32x4.neg", "", "i32x4.all_true", "", "", "", "i32x4.extend_low_i16x8_s", "i32x4.extend_high_i16x8_s",
      "i32x4.extend_low_i16x8_u", "i32x4.extend_high_i16x8_u", "i32x4.shl", "i32x4.shr_s", "i32x4.shr_u", "i32x4.add", "", "",
      "i32x4.sub", "", "", "", "i32x4.mul", "i32x4.min_s", "i32x4.min_u", "i32x4.max_s", "i32x4.max_u",
    ]],
    [SIMD + 0xc0, [
      "i64x2.abs", "i64x2.neg", "", "i64x2.all_true", "", "", "", "i64x2.extend_low_i32x4_s", "i64x2.extend_high_i32x4_s",
      "i64x2.extend_low_i32x4_u", "i64x2.extend_high_i32x4_u", "i64x2.shl", "i64x2.shr_s", "i64x2.shr_u", "i64x2.add", "", "",
      "i64x2.sub", "", "", "", "i64x2.mul", "i64x2.eq", "i64x2.ne", "i64x2.lt_s", "i64x2.gt_s", "i64x2.le_s", "i64x2.ge_s", "",
      "", "", "", "f32x4.abs", "f32x4.neg", "", "f32x4.sqrt", "f32x4.add", "f32x4.sub", "f32x4.mul", "f32x4.div", "f32x4.min",
      "f32x4.max", "f32x4.pmin", "f32x4.pmax", "f64x2.abs", "f64x2.neg", "", "f64x2.sqrt", "f64x2.add", "f64x2.sub", "f64x2.mul",
      "f64x2.div", "f64x2.min", "f64x2.max", "f64x2.pmin", "f64x2.pmax", "i32x4.trunc_sat_f32x4_s", "", "f32x4.convert_i32x4_s",
      "f32x4.convert_i32x4_u", "i32x4.trunc_sat_f64x2_s_zero", "", "f64x2.convert_low_i32x4_s", "f64x2.convert_low_i32x4_u",
    ]],
    [SIMD + 0x105, [
      "f32x4.relaxed_madd", "f32x4.relaxed_nmadd", "f64x2.relaxed_madd", "f64x2.relaxed_nmadd", "", "",
      "i32x4.relaxed_laneselect", "i64x2.relaxed_laneselect",
    ]],
  ],
  block: [[0x02, ["block", "loop", "if"]]],
  label: [[0x0c, ["br", "br_if"]]],
  function: [[0x10, ["call"]]],
  local: [[0x20, ["local.get", "local.set", "local.tee"]]],
  memory: [
    [0x28, ["i32.load", "i64.load", "f32.load", "f64.load", "i32.load8_s", "i32.load8_u"]],
    [0x36, ["i32.store", "i64.store", "f32.store", "f64.store", "i32.store8"]],
    [SIMD, ["v128.load"]],
    [SIMD + 0x07, ["v128.load8_splat", "", "v128.load32_splat", "v128.load64_splat", "v128.store"]],
    [SIMD + 0x5c, ["v128.load32_zero", "v128.load64_zero"]],
    [ATOMIC, ["memory.atomic.notify", "memory.atomic.wait32"]],
    [ATOMIC + 0x10, ["i32.atomic.load"]],
    [ATOMIC + 0x17, ["i32.atomic.store"]],
    [ATOMIC + 0x1e, ["i32.atomic.rmw.add"]],
    [ATOMIC + 0x25, ["i32.atomic.rmw.sub"]],
    [ATOMIC + 0x2c, ["i32.atomic.rmw.and"]],
    [ATOMIC + 0x33, ["i32.atomic.rmw.or"]],
    [ATOMIC + 0x3a, ["i32.atomic.rmw.xor"]],
    [ATOMIC + 0x41, ["i32.atomic.rmw.xchg"]],
    [ATOMIC + 0x48, ["i32.atomic.rmw.cmpxchg"]],
  ],
  lane: [
    [SIMD + 0x1b, [
      "i32x4.extract_lane", "i32x4.replace_lane", "i64x2.extract_lane", "i64x2.replace_lane", "f32x4.extract_lane",
      "f32x4.replace_lane", "f64x2.extract_lane", "f64x2.replace_lane",
    ]],
  ],
  memoryLane: [
    [SIMD + 0x54, [
      "v128.load8_lane", "", "v128.load32_lane", "v128.load64_lane", "v128.store8_lane", "", "v128.store32_lane",
      "v128.store64_lane",
    ]],
  ],
  shuffle: [[SIMD + 0x0d, ["i8x16.shuffle"]]],
  i32: [[0x41, ["i32.const"]]],
  i64: [[0x42, ["i64.const"]]],
  f32: [[0x43, ["f32.const"]]],
  f64: [[0x44, ["f64.const"]]],
  v128: [[SIMD + 0x0c, ["v128.const"]]],
  fence: [[ATOMIC + 0x03, ["atomic.fence"]]],
} as const satisfies Record<Immediate, readonly Run[]>;

/** The instructions that are followed by `K`. */
export type MnemonicOf<K extends Immediate> = Exclude<(typeof TABLE)[K][number][1][number], "">;
export type Mnemonic = { [K in Immediate]: MnemonicOf<K> }[Immediate];

type ImmediateOf<N extends Mnemonic> = {
  [K in Immediate]: N extends MnemonicOf<K> ? K : never;
}[Immediate];
/** What must be given with an instruction. */
export type ImmediatesOf<N extends Mnemonic> = Immediates[ImmediateOf<N>];

export interface Instruction {
  readonly name: string;
  readonly immediate: Immediate;
  /** Prefix, if any, and opcode. */
  readonly bytes: readonly number[];
  /** log2 of the bytes that a memory instruction touches: what atomic instructions must state, and others may. */
  readonly alignment: number;
}

function bytesOf(code: number): number[] {
  if (code < 0x100) return [code];
  const number = code & 0xffff;
  return number < 0x80 ? [code >> 16, number] : [code >> 16, (number & 0x7f) | 0x80, number >> 7];
}

/** `i32.load8_u` touches 8 bits, `v128.load16x4_s` 16 times 4, `f64.store` what its type says. */
function alignmentOf(name: string): number {
  const [, type, bits, times] = /^(\w+)\..*?(?:load|store|rmw|wait)(\d*)x?(\d*)/.exec(name) ?? [];
  if (type === undefined) return name === "memory.atomic.notify" ? 2 : 0;
  const size = bits === "" ? Number(type.slice(1)) : Number(bits) * Number(times || 1);
  return Math.log2(size / 8);
}

function tableOf(): Map<string, Instruction> {
  const table = new Map<string, Instruction>();
  for (const immediate of Object.keys(TABLE) as Immediate[])
    for (const [first, names] of TABLE[immediate] as readonly Run[])
      names.forEach((name, i) => {
        if (name === "") return;
        table.set(name, { name, immediate, bytes: bytesOf(first + i), alignment: alignmentOf(name) });
      });
  return table;
}

export const INSTRUCTIONS: ReadonlyMap<string, Instruction> = tableOf();
