/** Gates, the rule that looks for weights, and circuits: against plain loops. */
import { expect, test } from "vitest";
import { pass, tryFor } from "../src/lib/chapters/05-limits/rule.js";
import {
  type Circuit,
  dependsOn,
  depthOf,
  isSound,
  isXor,
  mayFeed,
  solution,
  valuesOf,
  without,
} from "../src/lib/chapters/06-xor/circuit.js";
import { casesAt, gridAt } from "../src/lib/chapters/06-xor/fold.js";
import {
  CASES,
  GATES,
  KNOWN,
  mapOf,
  outputs,
  outputsOfBias,
  readiness,
  stepsOf,
} from "../src/lib/chapters/gates.js";

test("the lecture's numbers make the lecture's gates", () => {
  for (const gate of ["and", "nand", "or"] as const) {
    const { w1, w2, theta } = KNOWN[gate];
    expect(outputs(w1, w2, theta)).toEqual(GATES[gate]);
    expect(outputsOfBias(w1, w2, -theta)).toEqual(GATES[gate]);
  }
});

test("a sum that equals the threshold gives 0, in both forms", () => {
  expect(outputs(0.5, 0.5, 1)).toEqual([0, 0, 0, 0]);
  expect(outputsOfBias(0.5, 0.5, -1)).toEqual([0, 0, 0, 0]);
});

test("threshold and bias agree wherever they are set", () => {
  for (let i = 0; i < 500; i++) {
    const [w1, w2, theta] = [i * 0.37, i * 0.73, i * 0.11].map(
      (v) => Math.round((((v * 7919) % 4) - 2) * 100) / 100,
    );
    expect(outputsOfBias(w1!, w2!, -theta!)).toEqual(outputs(w1!, w2!, theta!));
  }
});

test("the map of weights counts what plain loops count", () => {
  const axis = Array.from({ length: 9 }, (_, i) => i / 2 - 2);
  for (const gate of ["and", "nand", "or", "xor"] as const)
    for (const theta of [-0.7, 0, 0.5]) {
      const counted = axis.map((w2) =>
        axis.map(
          (w1) =>
            CASES.filter(([x1, x2], i) => (w1 * x1 + w2 * x2 > theta ? 1 : 0) === GATES[gate][i]).length,
        ),
      );
      expect(mapOf(gate, theta, axis)).toEqual(counted);
    }
});

test("what the lecture prints, to the last digit", () => {
  expect(stepsOf([0, 1], 0.5, 0.5, -0.7)).toEqual({
    products: "[0.  0.5]",
    sum: "0.5",
    total: "-0.19999999999999996",
    value: -0.19999999999999996,
    y: 0,
  });
});

test("how readily a neuron fires is a part of the square", () => {
  expect(readiness(0, 0, 1)).toBe(1);
  expect(readiness(0, 0, -1)).toBe(0);
  expect(readiness(1, 0, -0.5)).toBeCloseTo(0.5, 6);
});

test("the rule takes one step a wrong case", () => {
  // From zero: (0, 0) right; (1, 0) wrong for OR: b and w1 grow by 0.1; then 0.1 + 0 > 0, so the rest is right.
  expect(pass({ w1: 0, w2: 0, theta: 0 }, "or")).toEqual({ w1: 0.1, w2: 0, theta: -0.1 });
});

test("the rule finds AND, NAND and OR from anywhere, and XOR from nowhere", () => {
  for (const [w1, w2, theta] of [
    [0, 0, 0],
    [1, -1, 0.5],
    [-2, -2, 2],
    [0.3, 1.7, -1.1],
  ] as const) {
    const from = { w1, w2, theta, passes: 0, best: 0 };
    for (const gate of ["and", "nand", "or"] as const) expect(tryFor(from, gate, 500).best).toBe(4);
    const tried = tryFor(from, "xor", 300);
    expect(tried.passes).toBe(300);
    expect(tried.best).toBeLessThan(4);
  }
});

test("a circuit gives what its gates give, and nothing where a wire is missing", () => {
  const circuit = solution();
  expect(isXor(circuit)).toBe(true);
  expect(valuesOf(circuit, "g0")).toEqual([1, 1, 1, 0]);
  expect([0, 1, 2].map((gate) => depthOf(circuit, gate))).toEqual([1, 1, 2]);
  circuit.gates[1]!.b = "";
  expect(valuesOf(circuit, circuit.out)).toBeUndefined();
});

test("XOR from four NANDs", () => {
  const nand = (a: string, b: string) => ({ kind: "nand" as const, a, b });
  const gates = [nand("x1", "x2"), nand("x1", "g0"), nand("g0", "x2"), nand("g1", "g2")];
  expect(isXor({ gates, out: "g3" })).toBe(true);
});

test("circles are seen, however long", () => {
  const circuit = solution();
  expect(dependsOn(circuit, 2, 0)).toBe(true);
  expect(mayFeed(circuit, "g2", 0)).toBe(false);
  expect(mayFeed(circuit, "g0", 0)).toBe(false);
  expect(mayFeed(circuit, "g0", 1)).toBe(true);
  const round: Circuit = {
    gates: [
      { kind: "and", a: "g1", b: "x1" },
      { kind: "or", a: "g0", b: "x2" },
    ],
    out: "g0",
  };
  expect(isSound(round)).toBe(false);
  expect(isSound({ gates: [], out: "g0" })).toBe(false);
  expect(isSound(solution())).toBe(true);
});

test("a gate that is taken out cuts its wires and renumbers the others", () => {
  expect(without(solution(), 0)).toEqual({
    gates: [
      { kind: "or", a: "x1", b: "x2" },
      { kind: "and", a: "", b: "g0" },
    ],
    out: "g1",
  });
});

test("the plane folds from the inputs to the outputs of NAND and OR", () => {
  expect(casesAt(0)).toEqual(CASES.map((point) => [...point]));
  expect(casesAt(1)).toEqual(CASES.map((_, i) => [GATES.nand[i], GATES.or[i]]));
  const grid = gridAt(1, 10);
  expect(grid).toHaveLength(26);
  const sigmoid = (a: number): number => 1 / (1 + Math.exp(-a));
  // The first line starts at (-0.5, -0.5).
  expect(grid[0]![0]![0]).toBeCloseTo(sigmoid(10 * (0.7 + 0.5)), 5);
  expect(grid[0]![0]![1]).toBeCloseTo(sigmoid(10 * (-0.5 - 1)), 5);
});
