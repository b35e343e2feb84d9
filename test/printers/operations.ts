/** Every operation, on every type, one and several lanes at a time, against plain JavaScript: for any printer. */
import { describe, expect, test } from "vitest";
import {
  constant,
  convert,
  type Expr,
  laneOf,
  lt,
  type PureOp,
  pure,
  SCALE_ORIGIN,
  select,
} from "../../src/compiler/expression.js";
import type { DType } from "../../src/graph/dtype.js";

/** What an expression of inputs gives for each element, computed `lanes` at a time. */
export type Evaluate = (
  expression: (...inputs: Expr[]) => Expr,
  inputs: readonly { readonly dtype: DType; readonly values: ArrayLike<number> }[],
  result: DType,
  lanes: number,
) => number[];

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

function truncate(x: number): number {
  if (Number.isNaN(x)) return 0;
  return Math.min(2 ** 31 - 1, Math.max(-(2 ** 31), Math.trunc(x))) + 0;
}

export function describeOperations(evaluate: Evaluate, WIDTHS: readonly number[]): void {
  const name = (kind: Kind, lanes: number): string => `${kind}${lanes > 1 ? ` x ${lanes}` : ""}`;

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
    const cases = KINDS.flatMap((kind) => WIDTHS.map((lanes) => ({ kind, lanes })));
    test.each(cases)("of $kind, $lanes lanes", ({ kind, lanes }) => {
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
      );
      expect(got).toEqual(a.map((x, i) => (condition[i] === 1 ? x : b[i]!)));
    });
  });

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
    const unary = (op: PureOp, kind: Kind, values: readonly number[], lanes: number) =>
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

  describe("the larger and the smaller of two", () => {
    const cases = FLOAT.flatMap((kind) => WIDTHS.map((lanes) => ({ kind, lanes })));
    test.each(cases)("of $kind, $lanes lanes", ({ kind, lanes }) => {
      const samples = pairs("lt", kind);
      const inputs = [0, 1].map((side) => ({ dtype: kind, values: samples.map((pair) => pair[side]!) }));
      const larger = evaluate((a, b) => select(lt(a!, b!), b!, a!), inputs, kind, lanes);
      expect(larger).toEqual(samples.map(([a, b]) => (a < b ? b : a)));
      const smaller = evaluate((a, b) => select(lt(b!, a!), b!, a!), inputs, kind, lanes);
      expect(smaller).toEqual(samples.map(([a, b]) => (b < a ? b : a)));
    });
  });

  describe("scale", () => {
    const powers = [-252, -251, -150, -149, -127, -126, -64, -1, 0, 1, 2, 63, 127, 128, 254];
    const factors = [1, 1.5, 1.9999998807907104, -0.75, 0.7071067690849304];
    const samples = powers.flatMap((n) => factors.map((p) => [p, n] as const));
    test.each(WIDTHS)("%i lanes", (lanes) => {
      const got = evaluate(
        (p, s) => pure("scale", [p!, s!]),
        [
          { dtype: "float32", values: samples.map(([p]) => p) },
          { dtype: "float32", values: samples.map(([, n]) => n + SCALE_ORIGIN) },
        ],
        "float32",
        lanes,
      );
      expect(got).toEqual(samples.map(([p, n]) => Math.fround(p * 2 ** n)));
    });
  });

  describe("quotient", () => {
    const cases = FLOAT.flatMap((kind) => WIDTHS.map((lanes) => ({ kind, lanes })));
    test.each(cases)("of $kind is within a unit in the last place, $lanes lanes", ({ kind, lanes }) => {
      const a = [0, 1, ...Array.from({ length: 400 }, () => round(kind, random()))];
      const b = [1, 2, ...Array.from({ length: 400 }, () => round(kind, 1 + random()))];
      const got = evaluate(
        (x, y) => pure("quotient", [x!, y!]),
        [
          { dtype: kind, values: a },
          { dtype: kind, values: b },
        ],
        kind,
        lanes,
      );
      const unit = kind === "float32" ? 2 ** -23 : 2 ** -52;
      got.forEach((q, i) => {
        const exact = a[i]! / b[i]!;
        expect(Math.abs(q - exact)).toBeLessThanOrEqual(unit * exact);
      });
    });
  });

  describe("division by one number in all lanes", () => {
    const divisors = [3, -7, 0.1, 1, 1000, 1e-30, 1e30, 1e-45, 0, -0, Number.POSITIVE_INFINITY, Number.NaN];
    test.each(divisors)("by %d", (divisor) => {
      const values = [
        ...SAMPLES.float32,
        ...Array.from({ length: 100 }, () => Math.fround((random() - 0.5) * 1e3)),
      ];
      const by = Math.fround(divisor);
      const got = evaluate(
        (x, y) => pure("div", [x!, laneOf(y!, 0)]),
        [
          { dtype: "float32", values },
          { dtype: "float32", values: values.map(() => by) },
        ],
        "float32",
        WIDTHS.at(-1)!,
      );
      expect(got).toEqual(values.map((x) => Math.fround(x / by)));
    });
  });
}
