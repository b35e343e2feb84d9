/** Loads, stores and what puts lanes together: every dtype, stride and number of valid lanes. */
import { describe, expect, test } from "vitest";
import type { Statement } from "../../src/compiler/code.js";
import {
  type Across,
  acrossLanes,
  add,
  baseOf,
  convert,
  type Expr,
  fetch,
  fromLanes,
  keepFirst,
  mul,
  ramp,
  splat,
  sub,
} from "../../src/compiler/expression.js";
import { allocate, type DType } from "../../src/graph/dtype.js";
import { buffer, evaluate, i32, kernelOf, load, place, programOf } from "./run-code.js";

const DTYPES: readonly DType[] = ["float32", "float64", "int32", "uint8", "bool"];
const STRIDES = [-5, -2, -1, 0, 1, 2, 3, 4] as const;
const sizeOf = (dtype: DType): number => allocate(dtype, 1).BYTES_PER_ELEMENT;
const valuesFor = (dtype: DType, count: number): number[] =>
  Array.from({ length: count }, (_, i) =>
    dtype === "bool" ? ((i * 7) % 3 === 0 ? 1 : 0) : (i * 37 + 11) % 251,
  );

/** Addresses that the printer must treat differently: with an offset of its own, and with one that it must add. */
const FORMS = {
  "a positive offset": (base: Expr, at: number) => [base, at],
  "a negative offset": (base: Expr, at: number) => [add(base, i32(64)), at - 64],
  "an address that may be negative": (base: Expr, at: number) => [sub(base, i32(200000)), at + 200000],
} satisfies Record<string, (base: Expr, at: number) => readonly [Expr, number]>;
const forms = Object.entries(FORMS) as [string, (base: Expr, at: number) => [Expr, number]][];

const MIDDLE = 20;
const COUNT = 40;

describe.each(forms)("%s", (_, form) => {
  const cases = DTYPES.flatMap((dtype) => STRIDES.map((stride) => ({ dtype, stride })));
  test.each(cases)("fetch of $dtype, stride $stride", ({ dtype, stride }) => {
    const size = sizeOf(dtype);
    const from = buffer(dtype, COUNT);
    const to = buffer(dtype, 16, "output");
    const kernel = kernelOf(1, () =>
      [1, 2, 3, 4].map((valid): Statement => {
        const [address, offset] = form(baseOf(from), MIDDLE * size);
        const value = fetch(from, address, offset, 4, stride, valid);
        const at = (valid - 1) * 4 * size;
        return { kind: "store", buffer: to, address: baseOf(to), offset: at, stride: 1, valid: 4, value };
      }),
    );
    const loaded = load(programOf([from, to], [kernel]));
    const values = valuesFor(dtype, COUNT);
    loaded.view(from).set(values);
    loaded.run();
    const expected = [1, 2, 3, 4].flatMap((valid) =>
      [0, 1, 2, 3].map((lane) => (lane < valid ? values[MIDDLE + lane * stride]! : 0)),
    );
    expect([...loaded.view(to)]).toEqual(expected);
  });

  const stores = cases.filter(({ stride }) => stride !== 0);
  test.each(stores)("store of $dtype, stride $stride", ({ dtype, stride }) => {
    const size = sizeOf(dtype);
    const from = buffer(dtype, 4);
    const targets = [1, 2, 3, 4].map(() => buffer(dtype, COUNT, "output"));
    const kernel = kernelOf(1, () =>
      targets.map((to, i): Statement => {
        const [address, offset] = form(baseOf(to), MIDDLE * size);
        const value = fetch(from, baseOf(from), 0, 4);
        return { kind: "store", buffer: to, address, offset, stride, valid: i + 1, value };
      }),
    );
    const loaded = load(programOf([from, ...targets], [kernel]));
    const values = dtype === "bool" ? [1, 0, 1, 1] : [3, 251, 7, 9];
    loaded.view(from).set(values);
    for (const to of targets) loaded.view(to).fill(dtype === "bool" ? 0 : 99);
    loaded.run();
    targets.forEach((to, i) => {
      const expected = new Array<number>(COUNT).fill(dtype === "bool" ? 0 : 99);
      for (let lane = 0; lane <= i; lane++) expected[MIDDLE + lane * stride] = values[lane]!;
      expect([...loaded.view(to)]).toEqual(expected);
    });
  });
});

describe("nothing is touched behind the valid lanes", () => {
  const cases = DTYPES.flatMap((dtype) => [1, 2, 3, 4].map((valid) => ({ dtype, valid })));
  test.each(cases)("$valid of $dtype at the end of the memory", ({ dtype, valid }) => {
    const size = sizeOf(dtype);
    const last = buffer(dtype, 4 + valid, "output");
    const kernel = kernelOf(1, () => {
      const value = fetch(last, baseOf(last), 4 * size, 4, 1, valid);
      return [
        { kind: "store", buffer: last, address: baseOf(last), offset: 4 * size, stride: 1, valid, value },
      ];
    });
    const loaded = load(programOf([last], [kernel]));
    const values = valuesFor(dtype, 4 + valid);
    loaded.view(last).set(values);
    loaded.run();
    expect([...loaded.view(last)]).toEqual(values);
  });
});

test.each(DTYPES)("a scalar %s is fetched and stored, and spread over lanes", (dtype) => {
  const from = buffer(dtype, 3);
  const to = buffer(dtype, 12, "output");
  const kernel = kernelOf(3, (turn) => {
    const scalar = fetch(from, place(from, turn, 1), 0);
    const value = splat(scalar, 4);
    return [
      { kind: "store", buffer: to, address: place(to, turn, 4), offset: 0, stride: 1, valid: 4, value },
    ];
  });
  const loaded = load(programOf([from, to], [kernel]));
  const values = dtype === "bool" ? [1, 0, 1] : [5, 200, 7];
  loaded.view(from).set(values);
  loaded.run();
  expect([...loaded.view(to)]).toEqual(values.flatMap((x) => [x, x, x, x]));
});

const input = (dtype: DType, values: readonly number[]) => ({ dtype, values });

describe("lanes", () => {
  const typed = { float32: "f32", float64: "f64", int32: "i32", bool: "bool" } as const;
  const KINDS = ["float32", "float64", "int32", "bool"] as const;

  test.each(KINDS)("one scalar a lane, of %s", (dtype) => {
    const part = (n: number): Expr => convert(i32(n), typed[dtype]);
    const from = buffer(dtype, 1);
    const to = buffer(dtype, 4, "output");
    const kernel = kernelOf(1, () => {
      const first = fetch(from, baseOf(from), 0);
      const value = fromLanes([first, part(0), part(3), first]);
      return [{ kind: "store", buffer: to, address: baseOf(to), offset: 0, stride: 1, valid: 4, value }];
    });
    const loaded = load(programOf([from, to], [kernel]));
    loaded.view(from).set([1]);
    loaded.run();
    expect([...loaded.view(to)]).toEqual([1, 0, dtype === "bool" ? 1 : 3, 1]);
  });

  test.each(KINDS)("the first of one, the others of another, of %s", (dtype) => {
    const [a, b] = dtype === "bool" ? [[1, 1, 0, 1], [0, 0, 1, 0]] : [[1, 2, 3, 4], [5, 6, 7, 8]]; // biome-ignore format: two rows
    for (const count of [0, 1, 2, 3, 4]) {
      const got = evaluate(
        (x, y) => keepFirst(x!, y!, count),
        [input(dtype, a!), input(dtype, b!)],
        dtype,
        4,
      );
      expect(got).toEqual(a!.map((x, lane) => (lane < count ? x : b![lane]!)));
    }
  });

  test("a ramp from a constant and from a value", () => {
    const zeros = [input("int32", [10, 20, 30, 40])];
    expect(evaluate(() => ramp(i32(-3), 5, 4), zeros, "int32", 4)).toEqual([-3, 2, 7, 12]);
    const from = buffer("int32", 1);
    const to = buffer("int32", 4, "output");
    const kernel = kernelOf(1, () => {
      const value = ramp(mul(fetch(from, baseOf(from), 0), i32(2)), -1, 4);
      return [{ kind: "store", buffer: to, address: baseOf(to), offset: 0, stride: 1, valid: 4, value }];
    });
    const loaded = load(programOf([from, to], [kernel]));
    loaded.view(from).set([21]);
    loaded.run();
    expect([...loaded.view(to)]).toEqual([42, 41, 40, 39]);
  });

  const rules: Record<Across, (a: number, b: number) => number> = {
    add: (a, b) => a + b,
    mul: (a, b) => a * b,
    min: (a, b) => Math.min(a, b),
    max: (a, b) => Math.max(a, b),
    larger: (a, b) => (a < b ? b : a),
    smaller: (a, b) => (b < a ? b : a),
    and: (a, b) => a & b,
    or: (a, b) => a | b,
  };
  const numbers = ["float32", "float64", "int32"] as const;
  const reductions = [
    ...(["add", "mul", "min", "max"] as const).flatMap((across) =>
      numbers.map((dtype) => ({ across, dtype })),
    ),
    ...(["larger", "smaller"] as const).map((across) => ({ across, dtype: "float32" as const })),
    ...(["and", "or"] as const).map((across) => ({ across, dtype: "int32" as const })),
  ];
  test.each(reductions)("$across across lanes of $dtype, halves first", ({ across, dtype }) => {
    const rule = rules[across];
    const round = (x: number) => (dtype === "float32" ? Math.fround(x) : x);
    const lists = dtype === "int32" ? [[3, -7, 11, 2]] : [[1e8, 3, -1e8, 4.5], [0.1, 0.2, 0.3, 0.4], [1, Number.NaN, 2, 3]]; // biome-ignore format: lists
    for (const list of lists) {
      const [l0, l1, l2, l3] = list.map(round) as [number, number, number, number];
      const expected = round(rule(round(rule(l0, l2)), round(rule(l1, l3))));
      const got = evaluate((x) => splat(acrossLanes(x!, across), 4), [input(dtype, list)], dtype, 4);
      expect(got).toEqual([expected, expected, expected, expected]);
    }
  });

  test("all and any of bools", () => {
    for (const list of [
      [0, 0, 0, 0],
      [1, 1, 1, 1],
      [0, 0, 1, 0],
      [1, 1, 0, 1],
    ]) {
      // biome-ignore format: lists
      const of = (across: Across) =>
        evaluate((x) => splat(acrossLanes(x!, across), 4), [input("bool", list)], "bool", 4)[0];
      expect([of("min"), of("max")]).toEqual([Math.min(...list), Math.max(...list)]);
    }
  });
});
