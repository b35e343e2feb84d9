/** Every operation, on every type, one and four lanes at a time, against plain JavaScript. */
import { describe, expect, test } from "vitest";
import { constant, convert, type Expr, type PureOp, pure } from "../../src/compiler/expression.js";
import type { DType } from "../../src/graph/dtype.js";
import { evaluate, relaxations } from "./run-code.js";

type Kind = "float32" | "float64" | "int32" | "bool";
const KINDS: readonly Kind[] = ["float32", "float64", "int32", "bool"];

const FLOATS = [0, -0, 1, -1, 0.5, -0.5, 1.5, -2.5, 3.5, 1e-40, -1e-45, 1e30, -1e30, 2147483648, -2147483904];
const ODD = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 16777217, 0.1, -7.9];
const WHOLE = [0, 1, -1, 2, -2, 7, -13, 1000003, 2 ** 31 - 1, -(2 ** 31), -(2 ** 31) + 1, 255, 256];

let seed = 12345;
const random = (): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

const SAMPLES: Readonly<Record<Kind, readonly number[]>> = {
  float32: [...FLOATS, ...ODD, ...Array.from({ length: 12 }, () => (random() - 0.5) * 100)].map(Math.fround),
  float64: [...FLOATS, ...ODD, 5e-324, -1e300, ...Array.from({ length: 12 }, () => (random() - 0.5) * 100)],
  int32: [...WHOLE, ...Array.from({ length: 8 }, () => Math.floor((random() - 0.5) * 2 ** 32))],
  bool: [0, 1],
};

const round = (kind: Kind, value: number): number => {
  if (kind === "float32") return Math.fround(value);
  return kind === "int32" ? value | 0 : kind === "bool" ? Number(value !== 0) : value;
};

/** To the nearest whole number; halves to the even one. */
function nearest(x: number): number {
  const down = Math.floor(x);
  if (!Number.isFinite(x) || down === x) return x;
  const rest = x - down;
  const whole = rest < 0.5 || (rest === 0.5 && down % 2 === 0) ? down : down + 1;
  return whole === 0 && x < 0 ? -0 : whole;
}

const FLOAT: readonly Kind[] = ["float32", "float64"];
const NUMBER: readonly Kind[] = [...FLOAT, "int32"];
const BITS: readonly Kind[] = ["int32", "bool"];

interface Row {
  readonly kinds: readonly Kind[];
  readonly result?: Kind;
  readonly expected: (a: number, b: number, kind: Kind) => number;
}

const isNegative = (x: number): boolean => x < 0 || Object.is(x, -0);
const comparison = (expected: (a: number, b: number) => boolean): Row => ({
  kinds: KINDS,
  result: "bool",
  expected: (a, b) => Number(expected(a, b)),
});

const BINARY: Partial<Record<PureOp, Row>> = {
  add: { kinds: NUMBER, expected: (a, b) => a + b },
  sub: { kinds: NUMBER, expected: (a, b) => a - b },
  mul: { kinds: NUMBER, expected: (a, b, kind) => (kind === "int32" ? Math.imul(a, b) : a * b) },
  div: { kinds: NUMBER, expected: (a, b, kind) => (kind === "int32" && b === 0 ? 0 : a / b) },
  rem: { kinds: ["int32"], expected: (a, b) => (b === 0 ? 0 : a % b) },
  min: { kinds: KINDS, expected: (a, b) => Math.min(a, b) },
  max: { kinds: KINDS, expected: (a, b) => Math.max(a, b) },
  copysign: { kinds: FLOAT, expected: (a, b) => (isNegative(a) === isNegative(b) ? a : -a) },
  lt: comparison((a, b) => a < b),
  le: comparison((a, b) => a <= b),
  eq: comparison((a, b) => a === b),
  ne: comparison((a, b) => a !== b),
  and: { kinds: BITS, expected: (a, b) => a & b },
  or: { kinds: BITS, expected: (a, b) => a | b },
  xor: { kinds: BITS, expected: (a, b) => a ^ b },
  shl: { kinds: ["int32"], expected: (a, b) => a << b },
  shr: { kinds: ["int32"], expected: (a, b) => a >> b },
  ushr: { kinds: ["int32"], expected: (a, b) => a >>> b },
};

const UNARY: Partial<Record<PureOp, Row>> = {
  neg: { kinds: NUMBER, expected: (a, _, kind) => (kind === "int32" ? 0 - a : -a) },
  abs: { kinds: NUMBER, expected: Math.abs },
  sqrt: { kinds: FLOAT, expected: Math.sqrt },
  floor: { kinds: FLOAT, expected: Math.floor },
  ceil: { kinds: FLOAT, expected: Math.ceil },
  trunc: { kinds: FLOAT, expected: Math.trunc },
  nearest: { kinds: FLOAT, expected: nearest },
  not: { kinds: BITS, expected: (a, _, kind) => (kind === "bool" ? 1 - a : ~a) },
};

/** All pairs of samples; NaN has no sign that one can rely on. */
function pairs(op: PureOp, kind: Kind): [number, number][] {
  const all = SAMPLES[kind].flatMap((a) => SAMPLES[kind].map((b): [number, number] => [a, b]));
  return op === "copysign" ? all.filter(([, b]) => !Number.isNaN(b)) : all;
}

const name = (kind: Kind, lanes: number): string => `${kind}${lanes > 1 ? ` x ${lanes}` : ""}`;
const WIDTHS = [1, 4] as const;

describe.each(Object.entries(BINARY) as [PureOp, Row][])("%s", (op, { kinds, result, expected }) => {
  const cases = kinds.flatMap((kind) => WIDTHS.map((lanes) => [name(kind, lanes), kind, lanes] as const));
  test.each(cases)("of %s", (_, kind, lanes) => {
    const samples = pairs(op, kind);
    const inputs = [0, 1].map((side) => ({ dtype: kind, values: samples.map((pair) => pair[side]!) }));
    const to = result ?? kind;
    const got = evaluate((a, b) => pure(op, [a!, b!]), inputs, to, lanes);
    expect(got).toEqual(samples.map(([a, b]) => round(to, expected(a, b, kind))));
  });
});

describe.each(["min", "max"] as const)("%s with a constant", (op) => {
  const cases = FLOAT.flatMap((kind) =>
    [0, -0, 1, -2.5, Number.POSITIVE_INFINITY, Number.NaN].map((c) => ({ kind, c })),
  );
  test.each(cases)("$c, of $kind", ({ kind, c }) => {
    const values = SAMPLES[kind];
    const expected = values.map((x) => Math[op](x, c));
    const number = constant(c, kind === "float32" ? "f32" : "f64");
    for (const lanes of WIDTHS) {
      expect(evaluate((x) => pure(op, [x!, number]), [{ dtype: kind, values }], kind, lanes)).toEqual(
        expected,
      );
      expect(evaluate((x) => pure(op, [number, x!]), [{ dtype: kind, values }], kind, lanes)).toEqual(
        expected,
      );
    }
  });
});

describe.each(Object.entries(UNARY) as [PureOp, Row][])("%s", (op, { kinds, expected }) => {
  const cases = kinds.flatMap((kind) => WIDTHS.map((lanes) => [name(kind, lanes), kind, lanes] as const));
  test.each(cases)("of %s", (_, kind, lanes) => {
    const values = SAMPLES[kind];
    const got = evaluate((a) => pure(op, [a!]), [{ dtype: kind, values }], kind, lanes);
    expect(got).toEqual(values.map((a) => round(kind, expected(a, 0, kind))));
  });
});

describe("select", () => {
  const cases = relaxations.flatMap((relaxed) =>
    KINDS.flatMap((kind) => WIDTHS.map((lanes) => ({ kind, lanes, relaxed }))),
  );
  test.each(cases)("of $kind, $lanes lanes, relaxed: $relaxed", ({ kind, lanes, relaxed }) => {
    const a = SAMPLES[kind];
    const b = a.toReversed();
    const condition = a.map(() => Number(random() < 0.5));
    const got = evaluate(
      (c, x, y) => pure("select", [c!, x!, y!]),
      [
        { dtype: "bool", values: condition },
        { dtype: kind, values: a },
        { dtype: kind, values: b },
      ],
      kind,
      lanes,
      { relaxed },
    );
    expect(got).toEqual(a.map((x, i) => (condition[i] === 1 ? x : b[i]!)));
  });
});

function truncate(x: number): number {
  if (Number.isNaN(x)) return 0;
  return Math.min(2 ** 31 - 1, Math.max(-(2 ** 31), Math.trunc(x))) + 0;
}

describe("convert", () => {
  const cases = KINDS.flatMap((from) =>
    KINDS.filter((to) => to !== from).flatMap((to) => WIDTHS.map((lanes) => ({ from, to, lanes }))),
  );
  test.each(cases)("$from to $to, $lanes lanes", ({ from, to, lanes }) => {
    const values = SAMPLES[from];
    const type = { float32: "f32", float64: "f64", int32: "i32", bool: "bool" } as const;
    const got = evaluate((a) => convert(a!, type[to]), [{ dtype: from, values }], to, lanes);
    expect(got).toEqual(values.map((x) => (to === "int32" ? truncate(x) : round(to, x))));
  });

  test.each(WIDTHS)("uint8 is an i32 that is cut when it is stored, %i lanes", (lanes) => {
    const values = SAMPLES.int32;
    const got = evaluate((a) => a!, [{ dtype: "int32", values }], "uint8", lanes);
    expect(got).toEqual(values.map((x) => x & 255));
    const back = evaluate((a) => a!, [{ dtype: "uint8", values: got }], "int32", lanes);
    expect(back).toEqual(got);
  });
});

describe("floats by their bits", () => {
  const exponents = Array.from({ length: 254 }, (_, i) => i - 126);
  const wide = [-1022, -1021, -500, ...exponents, 500, 1022, 1023];
  const mantissas = [1, 1.25, 1.5, 1.9999998807907104];
  const normal = exponents.flatMap((e) => mantissas.flatMap((m) => [m * 2 ** e, -m * 2 ** e]));
  const normalWide = wide.flatMap((e) => mantissas.flatMap((m) => [m * 2 ** e, -m * 2 ** e]));
  const mantissaOf = (x: number): number => {
    let m = Math.abs(x);
    while (m >= 2) m /= 2;
    while (m < 1) m *= 2;
    return m;
  };
  const exponentOf = (x: number): number => Math.round(Math.log2(Math.abs(x) / mantissaOf(x)));
  const cases = WIDTHS.flatMap((lanes) => FLOAT.map((kind) => ({ kind, lanes })));
  const unary = (op: PureOp, kind: Kind, values: readonly number[], lanes: 1 | 4) =>
    evaluate((a) => pure(op, [a!]), [{ dtype: kind, values }], kind, lanes);

  test.each(cases)("pow2, exponent, mantissa of $kind, $lanes lanes", ({ kind, lanes }) => {
    const whole = kind === "float32" ? exponents : wide;
    const all = kind === "float32" ? normal : normalWide;
    expect(unary("pow2", kind, whole, lanes)).toEqual(whole.map((e) => 2 ** e));
    expect(unary("exponent", kind, all, lanes)).toEqual(all.map(exponentOf));
    expect(unary("mantissa", kind, all, lanes)).toEqual(all.map(mantissaOf));
  });

  test.each(WIDTHS)("bits, %i lanes", (lanes) => {
    const values = SAMPLES.float32.filter((x) => !Number.isNaN(x));
    const bits = [...new Int32Array(Float32Array.from(values).buffer)];
    const toBits = (a: Expr | undefined) => pure("bits", [a!], "i32");
    const toFloat = (a: Expr | undefined) => pure("bits", [a!], "f32");
    expect(evaluate(toBits, [{ dtype: "float32", values }], "int32", lanes)).toEqual(bits);
    expect(evaluate(toFloat, [{ dtype: "int32", values: bits }], "float32", lanes)).toEqual(values);
  });
});

describe("fma", () => {
  /** 24 bits in [1, 2): product and sum have less than 53 bits, so that JavaScript has them exactly. */
  const one = (): number => 1 + Math.floor(random() * 2 ** 23) / 2 ** 23;
  const values = Array.from({ length: 3 }, () => Array.from({ length: 64 }, one));
  values[2] = values[2]!.map((x, i) => (i % 2 === 0 ? -x : x));
  const of = (dtype: DType, relaxed: boolean, lanes: 1 | 4, inputs = values): number[] =>
    evaluate(
      (a, b, c) => pure("fma", [a!, b!, c!]),
      inputs.map((values) => ({ dtype, values })),
      dtype,
      lanes,
      { relaxed },
    );
  const expected = (rounded: (x: number) => number) =>
    values[0]!.map((a, i) => Math.fround(rounded(a * values[1]![i]!) + values[2]![i]!));

  test.each(WIDTHS)("rounds twice without the relaxed instructions, %i lanes", (lanes) => {
    expect(of("float32", false, lanes)).toEqual(expected(Math.fround));
    const double = values[0]!.map((a, i) => a * values[1]![i]! + values[2]![i]!);
    expect(of("float64", false, lanes)).toEqual(double);
  });

  test.runIf(relaxations.length > 1)("gives the same for one lane as for four", () => {
    expect(of("float32", true, 1)).toEqual(of("float32", true, 4));
    expect(of("float64", true, 1)).toEqual(of("float64", true, 4));
    const once = expected((x) => x);
    const twice = expected(Math.fround);
    // A machine without the instruction may round twice, but then always.
    expect([once, twice]).toContainEqual(of("float32", true, 4));
  });

  test.runIf(relaxations.length > 1)("of float64 rounds once or twice, for one lane as for four", () => {
    const near = 1 + 2 ** -30;
    const inputs = [[near], [near], [-1 - 2 ** -29]].map((one) => new Array<number>(4).fill(one[0]!));
    const four = of("float64", true, 4, inputs);
    expect([2 ** -60, 0]).toContain(four[0]);
    expect(of("float64", true, 1, inputs)).toEqual(four);
  });
});
