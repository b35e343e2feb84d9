/**
 * Loads and stores. Neighbours come in one load; lanes that lie apart, and lanes of which some are missing, are put
 * together without touching what is not asked for (but for strides of -2 and 2, which may read what lies between).
 */

import type { Statement } from "../../compiler/code.js";
import type { Expr } from "../../compiler/expression.js";
import type { DType } from "../../graph/index.js";
import type { MnemonicOf } from "./assembler/instructions.js";
import { bytesWhere, type Half, type Printer, pushAll } from "./printing.js";

type Store = Extract<Statement, { kind: "store" }>;
type LaneAccess = MnemonicOf<"memoryLane">;

const BYTES: Readonly<Record<DType, 1 | 4 | 8>> = { float32: 4, float64: 8, int32: 4, uint8: 1, bool: 1 };

const LOAD = {
  float32: "f32.load",
  float64: "f64.load",
  int32: "i32.load",
  uint8: "i32.load8_u",
  bool: "i32.load8_u",
} as const;

const STORE = {
  float32: "f32.store",
  float64: "f64.store",
  int32: "i32.store",
  uint8: "i32.store8",
  bool: "i32.store8",
} as const;

/** What of an offset the instruction takes; the rest is added to the address. */
function split(p: Printer, address: Expr, offset: number): [added: number, immediate: number] {
  return offset >= 0 && p.ranges.takesOffset(address) ? [0, offset] : [offset, 0];
}

/** Pushes the address; gives the offset that is left for the instruction. */
function pushAddress(p: Printer, address: Expr, offset: number): number {
  const [added, immediate] = split(p, address, offset);
  p.push(address);
  if (added !== 0) p.f.i32(added).op("i32.add");
  return immediate;
}

/** For several accesses around one address: pushes it, and gives the offset for the instruction. */
type Place = (offset: number) => number;

function placeOf(p: Printer, address: Expr, lowest: number): Place {
  const [added, immediate] = split(p, address, lowest);
  const held = p.hold(address);
  let local = held;
  if (added !== 0) {
    local = p.temporary("i32");
    p.f.get(held).i32(added).op("i32.add").set(local);
  }
  return (offset) => {
    p.f.get(local);
    return offset - lowest + immediate;
  };
}

export function printFetch(p: Printer, e: Expr, half: Half): void {
  const { dtype } = e.buffer!;
  const address = e.args[0]!;
  if (e.lanes === 1) {
    const offset = pushAddress(p, address, e.value);
    p.f.op(LOAD[dtype], offset);
    return;
  }
  const size = BYTES[dtype];
  if (size === 1) fetchBytes(p, e);
  else if (size === 4) fetchWords(p, e);
  else fetchPair(p, e, half);
  if (dtype === "bool") p.f.op("i32x4.neg");
}

/** A scalar in all lanes, in one instruction where there is one. */
export function printSplatFetch(p: Printer, x: Expr): boolean {
  const size = BYTES[x.buffer!.dtype];
  if (size === 1) return false;
  const offset = pushAddress(p, x.args[0]!, x.value);
  p.f.op(size === 4 ? "v128.load32_splat" : "v128.load64_splat", offset);
  return true;
}

/** Lanes 0, 2, 4, 6 of loads from lane 0 and lane 3: nothing behind the last is read. */
const EVEN_OF_OVERLAPPING = bytesWhere((byte) => [0, 8, 20, 28][byte >> 2]! + (byte & 3));
const REVERSED_WORDS = bytesWhere((byte) => 12 - 4 * (byte >> 2) + (byte & 3));
const REVERSED_DOUBLES = bytesWhere((byte) => (byte + 8) % 16);

function fetchWords(p: Printer, e: Expr): void {
  const { f } = p;
  const { value: offset, value2: valid, stride } = e;
  const address = e.args[0]!;
  if (valid === 4 && stride === 1) {
    const rest = pushAddress(p, address, offset);
    f.op("v128.load", rest);
  } else if (valid === 4 && stride === 0) {
    const rest = pushAddress(p, address, offset);
    f.op("v128.load32_splat", rest);
  } else if (valid === 4 && stride === -1) {
    const rest = pushAddress(p, address, offset - 12);
    const local = p.temporary("v128");
    f.op("v128.load", rest).tee(local).get(local).op("i8x16.shuffle", REVERSED_WORDS);
  } else if (valid === 4 && stride === 2) {
    const place = placeOf(p, address, offset);
    f.op("v128.load", place(offset));
    f.op("v128.load", place(offset + 12));
    f.op("i8x16.shuffle", EVEN_OF_OVERLAPPING);
  } else if (stride === 1 && valid > 1) {
    const place = placeOf(p, address, offset);
    // The lane's address must lie below the vector.
    if (valid === 3) {
      const third = place(offset + 8);
      f.op("v128.load64_zero", place(offset));
      f.op("v128.load32_lane", third, 2);
    } else f.op("v128.load64_zero", place(offset));
  } else fetchLanes(p, e, "v128.load32_zero", "v128.load32_lane", 4);
}

/** One lane after the other into a vector that begins as the first lane and zeros. */
function fetchLanes(
  p: Printer,
  e: Expr,
  first: MnemonicOf<"memory">,
  next: LaneAccess,
  size: number,
  from = 0,
  valid = e.value2,
): void {
  const step = e.stride * size;
  const start = e.value + from * step;
  if (valid <= 0) {
    pushAll(p.f, "i32", 0);
    return;
  }
  if (valid === 1) {
    const rest = pushAddress(p, e.args[0]!, start);
    p.f.op(first, rest);
    return;
  }
  const lowest = Math.min(start, start + (valid - 1) * step);
  const place = placeOf(p, e.args[0]!, lowest);
  const offsets: number[] = [];
  for (let lane = valid - 1; lane > 0; lane--) offsets[lane] = place(start + lane * step);
  p.f.op(first, place(start));
  for (let lane = 1; lane < valid; lane++) p.f.op(next, offsets[lane]!, lane);
}

function fetchPair(p: Printer, e: Expr, half: Half): void {
  const { f } = p;
  const { value: offset, stride } = e;
  const address = e.args[0]!;
  const valid = Math.min(2, e.value2 - 2 * half);
  const start = offset + 16 * half * stride;
  if (valid === 2 && stride === 1) {
    const rest = pushAddress(p, address, start);
    f.op("v128.load", rest);
  } else if (valid === 2 && stride === 0) {
    const rest = pushAddress(p, address, offset);
    f.op("v128.load64_splat", rest);
  } else if (valid === 2 && stride === -1) {
    const rest = pushAddress(p, address, start - 8);
    const local = p.temporary("v128");
    f.op("v128.load", rest).tee(local).get(local).op("i8x16.shuffle", REVERSED_DOUBLES);
  } else fetchLanes(p, e, "v128.load64_zero", "v128.load64_lane", 8, 2 * half, valid);
}

/** Four bytes of eight, or of a word read backwards, become words; 16 stands for a zero. */
const spread = (from: (lane: number) => number): number[] =>
  bytesWhere((byte) => ((byte & 3) === 0 ? from(byte >> 2) : 16));
const EVEN_BYTES = spread((lane) => 2 * lane);
const REVERSED_BYTES = spread((lane) => 3 - lane);

function fetchBytes(p: Printer, e: Expr): void {
  const { f } = p;
  const { value: offset, value2: valid, stride } = e;
  const address = e.args[0]!;
  if (valid === 4 && stride === 1) {
    const rest = pushAddress(p, address, offset);
    f.op("v128.load32_zero", rest).op("i16x8.extend_low_i8x16_u").op("i32x4.extend_low_i16x8_u");
  } else if (valid === 4 && stride === 0) {
    const rest = pushAddress(p, address, offset);
    f.op("i32.load8_u", rest).op("i32x4.splat");
  } else if (valid === 4 && (stride === 2 || stride === -1)) {
    const rest = pushAddress(p, address, stride === 2 ? offset : offset - 3);
    f.op(stride === 2 ? "v128.load64_zero" : "v128.load32_zero", rest);
    pushAll(f, "i32", 0);
    f.op("i8x16.shuffle", stride === 2 ? EVEN_BYTES : REVERSED_BYTES);
  } else {
    const lowest = Math.min(offset, offset + (valid - 1) * stride);
    const place = placeOf(p, address, lowest);
    const offsets: number[] = [];
    for (let lane = valid - 1; lane >= 0; lane--) offsets[lane] = place(offset + lane * stride);
    pushAll(f, "i32", 0);
    for (let lane = 0; lane < valid; lane++) f.op("v128.load8_lane", offsets[lane]!, 4 * lane);
  }
}

export function printStore(p: Printer, s: Store): void {
  const { dtype } = s.buffer;
  if (s.value.lanes === 1) {
    const offset = pushAddress(p, s.address, s.offset);
    p.push(s.value);
    p.f.op(STORE[dtype], offset);
    return;
  }
  const size = BYTES[dtype];
  if (size === 1) storeBytes(p, s);
  else if (size === 4) storeWords(p, s);
  else storePairs(p, s);
}

function storeWords(p: Printer, s: Store): void {
  if (s.stride === 1 && s.valid === 4) {
    const offset = pushAddress(p, s.address, s.offset);
    p.push(s.value);
    p.f.op("v128.store", offset);
    return;
  }
  const value = p.hold(s.value);
  if (s.stride !== 1 || s.valid === 1) {
    storeLanes(p, s, value, "v128.store32_lane", 4, 1);
    return;
  }
  const place = placeOf(p, s.address, s.offset);
  const offset = place(s.offset);
  p.f.get(value).op("v128.store64_lane", offset, 0);
  if (s.valid < 3) return;
  const third = place(s.offset + 8);
  p.f.get(value).op("v128.store32_lane", third, 2);
}

function storePairs(p: Printer, s: Store): void {
  const values = [p.hold(s.value, 0), p.hold(s.value, 1)];
  const step = 8 * s.stride;
  const place = placeOf(p, s.address, s.offset + Math.min(0, 3 * step));
  for (let lane = 0; lane < s.valid; lane++) {
    const value = values[lane >> 1]!;
    const offset = place(s.offset + lane * step);
    p.f.get(value);
    if (s.stride === 1 && lane % 2 === 0 && lane + 1 < s.valid) {
      p.f.op("v128.store", offset);
      lane++;
    } else p.f.op("v128.store64_lane", offset, lane % 2);
  }
}

const LOW_BYTES = bytesWhere((byte) => (4 * byte) % 16);

function storeBytes(p: Printer, s: Store): void {
  const { f } = p;
  const value = p.temporary("v128");
  p.push(s.value);
  if (s.buffer.dtype === "bool") {
    pushAll(f, "i32", 1);
    f.op("v128.and");
  }
  f.set(value);
  if (s.stride !== 1 || s.valid < 4) {
    storeLanes(p, s, value, "v128.store8_lane", 1, 4);
    return;
  }
  const offset = pushAddress(p, s.address, s.offset);
  f.get(value).get(value).op("i8x16.shuffle", LOW_BYTES).op("v128.store32_lane", offset, 0);
}

/** `spacing`: lanes of the instruction from one lane of ours to the next. */
function storeLanes(
  p: Printer,
  s: Store,
  value: number,
  store: LaneAccess,
  size: number,
  spacing: number,
): void {
  const step = s.stride * size;
  const place = placeOf(p, s.address, s.offset + Math.min(0, (s.valid - 1) * step));
  for (let lane = 0; lane < s.valid; lane++) {
    const offset = place(s.offset + lane * step);
    p.f.get(value).op(store, offset, lane * spacing);
  }
}
