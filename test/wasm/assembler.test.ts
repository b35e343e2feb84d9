/** Each instruction is written as the engine reads it, and read back as it was written. */
import { describe, expect, test } from "vitest";
import { ByteWriter } from "../../src/targets/wasm/assembler/bytes.js";
import {
  type ImmediatesOf,
  INSTRUCTIONS,
  type Mnemonic,
  type ValType,
} from "../../src/targets/wasm/assembler/instructions.js";
import { listFunction } from "../../src/targets/wasm/assembler/listing.js";
import { ModuleBuilder } from "../../src/targets/wasm/assembler/module.js";
import { features } from "../../src/targets/wasm/features.js";

const memory = { module: "m", name: "m", shared: true, maximumPages: 4 };
const define = (results: readonly ValType[] = []) => {
  const module = new ModuleBuilder(memory);
  return { module, f: module.define("f", { params: [], results }) };
};

test.each([
  [0, [0x00]],
  [-1, [0x7f]],
  [63, [0x3f]],
  [64, [0xc0, 0x00]],
  [-64, [0x40]],
  [-65, [0xbf, 0x7f]],
  [624485, [0xe5, 0x8e, 0x26]],
  [-(2 ** 31), [0x80, 0x80, 0x80, 0x80, 0x78]],
])("%i as a signed number", (value, bytes) => {
  const [narrow, wide] = [new ByteWriter(1), new ByteWriter(1)];
  narrow.signed32(value);
  wide.signed(BigInt(value));
  expect([[...narrow.view()], [...wide.view()]]).toEqual([bytes, bytes]);
});

/** What makes each immediate valid. */
const EXAMPLES: Readonly<Record<string, readonly unknown[]>> = {
  memory: [8],
  lane: [1],
  memoryLane: [8, 1],
  shuffle: [Array.from({ length: 16 }, (_, i) => 31 - i)],
  i32: [-5],
  i64: [-(2n ** 63n)],
  f32: [1.5],
  f64: [-0.1],
  v128: [new Uint8Array(16).fill(7)],
};

/** The last names of long rows: a missing or doubled name before them would move them. Opcodes from the specification. */
test.each([
  ["f64.reinterpret_i64", [0xbf]],
  ["i64.trunc_sat_f64_s", [0xfc, 0x06]],
  ["v128.store", [0xfd, 0x0b]],
  ["f64x2.splat", [0xfd, 0x14]],
  ["f64x2.replace_lane", [0xfd, 0x22]],
  ["v128.any_true", [0xfd, 0x53]],
  ["v128.store64_lane", [0xfd, 0x5b]],
  ["f32x4.nearest", [0xfd, 0x6a]],
  ["i16x8.extend_high_i8x16_u", [0xfd, 0x8a, 0x01]],
  ["i32x4.max_u", [0xfd, 0xb9, 0x01]],
  ["i64x2.mul", [0xfd, 0xd5, 0x01]],
  ["f64x2.pmax", [0xfd, 0xf7, 0x01]],
  ["f64x2.convert_low_i32x4_u", [0xfd, 0xff, 0x01]],
  ["i64x2.relaxed_laneselect", [0xfd, 0x8c, 0x02]],
  ["i32.atomic.store", [0xfe, 0x17]],
  ["i32.atomic.rmw.cmpxchg", [0xfe, 0x48]],
])("%s", (name, bytes) => {
  expect(INSTRUCTIONS.get(name)!.bytes).toEqual(bytes);
});

describe("instructions", () => {
  const plain = [...INSTRUCTIONS.values()].filter(
    ({ name, immediate }) =>
      !["block", "label", "function", "local"].includes(immediate) && !/^(else|end)$/.test(name),
  );
  const known = plain.filter(({ name }) => features().relaxedSimd || !name.includes("relaxed"));

  test.each(known.map(({ name, immediate }) => [name, immediate]))("%s", (name, immediate) => {
    // Behind `unreachable` operands may be missing, so only the instruction itself is examined.
    const { module, f } = define();
    f.op("unreachable");
    const values = (EXAMPLES[immediate!] ?? []) as ImmediatesOf<Mnemonic>;
    f.op(name as Mnemonic, ...values);
    f.op("unreachable");
    expect(WebAssembly.validate(module.encode())).toBe(true);
    const lines = listFunction(f, module.callable).split("\n");
    expect(lines[2]!.trim().split(" ")[0]).toBe(name);
    expect(lines[3]!.trim()).toBe("unreachable)");
  });
});
