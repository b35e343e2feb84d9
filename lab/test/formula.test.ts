import { array, sigmoid, type Tensor } from "maru/light";
import { describe, expect, test } from "vitest";
import { FormulaError, parseFormula } from "../src/lib/chapters/08-activations/formula.js";

const at = (text: string, x: number): number => {
  const value = parseFormula(text).f(array([x], { dtype: "float64" }) as Tensor);
  return (value.toArray() as number[])[0]!;
};

describe("formulas", () => {
  test.each<[string, (x: number) => number]>([
    ["x", (x) => x],
    ["2 * x", (x) => 2 * x],
    ["-x^2", (x) => -(x ** 2)],
    ["2 ^ -x", (x) => 2 ** -x],
    ["x - 1 - 2", (x) => x - 1 - 2],
    ["8 / 2 / x", (x) => 8 / 2 / x],
    ["1 + 2 * x ^ 2", (x) => 1 + 2 * x ** 2],
    ["x / (1 + abs(x))", (x) => x / (1 + Math.abs(x))],
    ["max(0.1 * x, x)", (x) => Math.max(0.1 * x, x)],
    ["min(1, relu(x)) + exp(-x)", (x) => Math.min(1, Math.max(0, x)) + Math.exp(-x)],
    ["SIN(x) * pi - e", (x) => Math.sin(x) * Math.PI - Math.E],
    ["1.5e-1 × x ÷ 2 − .5", (x) => (0.15 * x) / 2 - 0.5],
    ["log(sqrt(x^2)) + cos(x) + tanh(+x)", (x) => Math.log(Math.abs(x)) + Math.cos(x) + Math.tanh(x)],
    ["sigmoid(3*x)", (x) => 1 / (1 + Math.exp(-3 * x))],
    ["7", () => 7],
  ])("%s", (text, wanted) => {
    for (const x of [-2.5, -0.3, 0.7, 3]) expect(at(text, x)).toBeCloseTo(wanted(x), 10);
  });

  test.each<[string, string, string]>([
    ["", "end", ""],
    ["x +", "end", ""],
    ["max(x", "end", ""],
    ["x )", "sign", ")"],
    ["max(x)", "sign", ")"],
    ["x x", "sign", "x"],
    ["2 $ x", "sign", "$"],
    ["alert(1)", "word", "alert"],
    ["constructor(x)", "word", "constructor"],
    ["__proto__", "sign", "_"],
    [`${"(".repeat(45)}x${")".repeat(45)}`, "deep", ""],
    [`${"-".repeat(100)}x`, "deep", ""],
    [`${"x+".repeat(80)}x`, "long", ""],
  ])("%s is refused: %s %s", (text, fault, what) => {
    expect(() => parseFormula(text)).toThrow(FormulaError);
    expect(() => parseFormula(text)).toThrow(expect.objectContaining({ fault, what }));
  });

  test("the program that it becomes computes the same", () => {
    const x = array([-1.5, 0.25, 2], { dtype: "float64" }) as Tensor;
    for (const text of ["x / (1 + abs(x))", "2 ^ x - max(1, x)", "sigmoid(x) * relu(-x)", "-exp(-x^2) / 3"]) {
      const { f, code } = parseFormula(text);
      const run = new Function("x", "array", "sigmoid", `return ${code}`) as (...all: unknown[]) => Tensor;
      const said = run(x, array, sigmoid).toArray() as number[];
      const meant = f(x).toArray() as number[];
      for (const [i, value] of meant.entries()) expect(said[i]).toBeCloseTo(value, 6);
    }
  });
});
