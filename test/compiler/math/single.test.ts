/** float32 functions over the whole range of floats against float64. The bounds are those that the README states. */
import { describe, expect, it } from "vitest";
import type { UnaryPrimitive } from "../../../src/graph/index.js";
import { erf, floorMod, power, sigmoid } from "../../../src/targets/interpreter/special.js";
import { binaryOf, compareSingle, everyFloat, none, unaryOf, uniforms } from "./support.js";

/** A prime, so that all exponents and last bits come up; some million floats each. */
const STEP = Number(process.env.MARU_SWEEP_STEP ?? 4001);

/** Bounds in ulp: one, or one with and one without fused multiply-add. */
type Bound = number | { readonly fused: number; readonly plain: number };

const UNARY: readonly (readonly [UnaryPrimitive, Bound, (x: number) => number])[] = [
  ["exp", { fused: 0.9, plain: 1.2 }, Math.exp],
  ["expm1", 1.7, Math.expm1],
  ["log", 0.85, Math.log],
  ["log1p", 1.6, Math.log1p],
  ["sin", 0.6, Math.sin],
  ["cos", 0.6, Math.cos],
  ["tanh", 1.45, Math.tanh],
  ["sigmoid", 2, sigmoid],
  ["erf", 1.25, erf],
  ["sqrt", 0.5, Math.sqrt],
];

describe.each([false, true])("float32, fused multiply-add: %s", (fused) => {
  it.each(UNARY)("%s is within %o ulp", (name, bound, truth) => {
    const f = unaryOf(name, "float32", fused);
    const worst = none();
    everyFloat(STEP, (x) => compareSingle(worst, f(x), truth(x), x));
    // And densely where functions bend.
    for (let x = -12; x < 12; x += 24 / 500_000) {
      const single = Math.fround(x);
      compareSingle(worst, f(single), truth(single), single);
    }
    expect(worst.wrong).toEqual([]);
    const allowed = typeof bound === "number" ? bound : bound[fused ? "fused" : "plain"];
    expect(worst.ulp, `at ${worst.at}`).toBeLessThanOrEqual(allowed);
  });

  it("pow is within 0.6 ulp", () => {
    const f = binaryOf("pow", "float32", fused);
    const [random, worst] = [uniforms(1), none()];
    for (let i = 0; i < 300_000; i++) {
      const base = Math.fround(i % 3 === 0 ? 0.5 + 1.5 * random() : 2 ** (random() * 277 - 149));
      // Exponents whose result is a number.
      const exponent = Math.fround((random() * 245 - 152) / Math.log2(base));
      compareSingle(worst, f(base, exponent), power(base, exponent), base, exponent);
      const whole = Math.round(random() * 12 - 6);
      compareSingle(worst, f(-base, whole), power(-base, whole), -base, whole);
    }
    expect(worst.wrong).toEqual([]);
    expect(worst.ulp, `at ${worst.at}`).toBeLessThanOrEqual(0.6);
  });

  it("atan2 is within 0.6 ulp", () => {
    const f = binaryOf("atan2", "float32", fused);
    const [random, worst] = [uniforms(2), none()];
    const any = (): number => Math.fround((random() - 0.5) * 2 ** (random() * 277 - 149));
    for (let i = 0; i < 300_000; i++) {
      const x = any();
      const y = i % 3 === 0 ? any() : Math.fround(x * (random() * 6 - 3));
      compareSingle(worst, f(y, x), Math.atan2(y, x), y, x);
    }
    expect(worst.wrong).toEqual([]);
    expect(worst.ulp, `at ${worst.at}`).toBeLessThanOrEqual(0.6);
  });

  it("mod is exact, however large the quotient", () => {
    const f = binaryOf("mod", "float32", fused);
    const random = uniforms(3);
    const any = (): number => Math.fround((random() - 0.5) * 2 ** (random() * 277 - 149));
    for (let i = 0; i < 100_000; i++) {
      const b = any();
      const a = i % 2 === 0 ? any() : Math.fround(b * Math.round((random() - 0.5) * 2 ** (random() * 40)));
      const [result, right] = [f(a, b), Math.fround(floorMod(a, b))];
      if (!Object.is(result, right)) expect([a, b, result]).toEqual([a, b, right]);
    }
  });
});
