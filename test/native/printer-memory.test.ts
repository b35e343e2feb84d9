/** Loads and stores in C: every dtype, stride and number of valid lanes; nothing is touched that was not asked for. */
import { describe, expect, test } from "vitest";
import type { Statement } from "../../src/compiler/code.js";
import {
  acrossLanes,
  baseOf,
  constant,
  fetch,
  keepFirst,
  lt,
  not,
  ramp,
  splat,
} from "../../src/compiler/expression.js";
import { allocate, type DType } from "../../src/graph/dtype.js";
import { buffer, i32, kernelOf, place, programOf } from "../printers/code.js";
import { evaluate, LANES, load } from "./run-code.js";

const DTYPES: readonly DType[] = ["float32", "float64", "int32", "uint8", "bool"];
const STRIDES = [-5, -2, -1, 0, 1, 2, 3] as const;
const sizeOf = (dtype: DType): number => allocate(dtype, 1).BYTES_PER_ELEMENT;
const valuesFor = (dtype: DType, count: number): number[] =>
  Array.from({ length: count }, (_, i) =>
    dtype === "bool" ? Number((i * 7) % 3 === 0) : (i * 37 + 11) % 251,
  );
const lanes = Array.from({ length: LANES }, (_, lane) => lane);
const counts = lanes.map((lane) => lane + 1);

describe.each(DTYPES)("%s", (dtype) => {
  const size = sizeOf(dtype);

  test.each(STRIDES)("fetched, stride %i", (stride) => {
    for (const valid of counts) {
      // The array ends with the last element that is asked for, and begins with the first.
      const reach = (valid - 1) * Math.abs(stride) + 1;
      const first = stride < 0 ? reach - 1 : 0;
      const from = buffer(dtype, reach);
      const to = buffer(dtype, LANES, "output");
      const value = fetch(from, baseOf(from), first * size, LANES, stride, valid);
      const out: Statement = {
        ...{ kind: "store", buffer: to, address: baseOf(to), offset: 0, stride: 1, valid: LANES },
        value,
      };
      const loaded = load(programOf([from, to], [kernelOf(1, () => [out])]));
      const values = valuesFor(dtype, reach);
      loaded.view(from).set(values);
      loaded.run();
      expect([...loaded.view(to)]).toEqual(lanes.map((k) => (k < valid ? values[first + k * stride]! : 0)));
    }
  });

  test.each(STRIDES.filter((stride) => stride !== 0))("stored, stride %i", (stride) => {
    for (const valid of counts) {
      const count = 2 * LANES * Math.abs(stride) + 2;
      const middle = LANES * Math.abs(stride) + 1;
      const from = buffer(dtype, LANES);
      const to = buffer(dtype, count, "output");
      const value = fetch(from, baseOf(from), 0, LANES);
      const kernel = kernelOf(1, () => [
        { kind: "store", buffer: to, address: baseOf(to), offset: middle * size, stride, valid, value },
      ]);
      const loaded = load(programOf([from, to], [kernel]));
      const values = valuesFor(dtype, LANES);
      const before = dtype === "bool" ? 1 : 99;
      loaded.view(from).set(values);
      loaded.view(to).fill(before);
      loaded.run();
      const expected = new Array<number>(count).fill(before);
      for (let k = 0; k < valid; k++) expected[middle + k * stride] = values[k]!;
      expect([...loaded.view(to)]).toEqual(expected);
    }
  });

  test("one scalar in all lanes", () => {
    const from = buffer(dtype, 3);
    const to = buffer(dtype, 3 * LANES, "output");
    const kernel = kernelOf(3, (turn) => {
      const value = splat(fetch(from, place(from, turn, 1), 0), LANES);
      const address = place(to, turn, LANES);
      return [{ kind: "store", buffer: to, address, offset: 0, stride: 1, valid: LANES, value }];
    });
    const loaded = load(programOf([from, to], [kernel]));
    const values = valuesFor(dtype, 3);
    loaded.view(from).set(values);
    loaded.run();
    expect([...loaded.view(to)]).toEqual(values.flatMap((x) => lanes.map(() => x)));
  });

  // A uint8 is an i32 in registers.
  test.runIf(dtype !== "uint8")("the first of one, the others of another", () => {
    const [a, b] = [
      valuesFor(dtype, LANES),
      valuesFor(dtype, LANES).map((x) => (dtype === "bool" ? 1 - x : x + 1)),
    ];
    for (const count of [0, ...counts]) {
      const inputs = [a, b].map((values) => ({ dtype, values }));
      const got = evaluate((x, y) => keepFirst(x!, y!, count), inputs, dtype, LANES);
      expect(got).toEqual(lanes.map((k) => (k < count ? a[k]! : b[k]!)));
    }
  });
});

test("a ramp", () => {
  const zeros = [{ dtype: "int32" as const, values: lanes }];
  expect(evaluate(() => ramp(i32(-3), 5, LANES), zeros, "int32", LANES)).toEqual(lanes.map((k) => 5 * k - 3));
});

describe("all lanes together, halves first", () => {
  const rules = {
    add: (a: number, b: number) => a + b,
    mul: (a: number, b: number) => a * b,
    min: Math.min,
    max: Math.max,
  } as const;
  const cases = (["float32", "float64", "int32"] as const).flatMap((dtype) =>
    (Object.keys(rules) as (keyof typeof rules)[]).map((across) => ({ dtype, across })),
  );
  test.each(cases)("$across of $dtype", ({ dtype, across }) => {
    const round = (x: number): number =>
      dtype === "float32" ? Math.fround(x) : dtype === "int32" ? x | 0 : x;
    const values = lanes.map((k) => round(dtype === "int32" ? (k % 3) - 2 : Math.sin(k) * 3));
    let list = values;
    while (list.length > 1) {
      const half = list.length / 2;
      list = Array.from({ length: half }, (_, k) => round(rules[across](list[k]!, list[k + half]!)));
    }
    const got = evaluate((x) => splat(acrossLanes(x!, across), LANES), [{ dtype, values }], dtype, LANES);
    expect(got[0]).toBe(list[0]);
  });

  test("any and all of bools", () => {
    for (const values of [lanes.map(() => 0), lanes.map(() => 1), lanes.map((k) => Number(k === 1))]) {
      const of = (across: "min" | "max"): number =>
        evaluate(
          (x) => splat(acrossLanes(x!, across), LANES),
          [{ dtype: "bool", values }],
          "bool",
          LANES,
        )[0]!;
      expect(of("min")).toBe(Math.min(...values));
      expect(of("max")).toBe(Math.max(...values));
    }
  });
});

test("the first check that fails is told, and no other", () => {
  const from = buffer("int32", 4);
  const kernel = kernelOf(4, (turn) => {
    const value = fetch(from, place(from, turn, 1), 0);
    const condition = not(lt(value, constant(0, "i32")));
    return [{ kind: "check", condition, code: 7, site: 42, value }];
  });
  const loaded = load(programOf([from], [kernel]));
  loaded.run();
  expect(loaded.status()).toEqual([0, 0, 0]);
  loaded.view(from).set([1, -5, -6, 2]);
  loaded.run();
  expect(loaded.status()).toEqual([7, -5, 42]);
});
