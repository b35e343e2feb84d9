/**
 * Every gradient rule against central differences (f(x + h) - f(x - h)) / 2h in float64, and every rule's own
 * derivative against differences of the gradient.
 */
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/autodiff/index.js";
import { buffer, isFloat, isVariable, type Node, type Primitive, variable } from "../../src/graph/index.js";
import { sizeOf } from "../../src/shape/index.js";
import { interpreter } from "../../src/targets/interpreter/interpreter.js";
import {
  build,
  dtypeOf,
  everyPrimitive,
  type Sample,
  samplesOf,
  steadyRandom,
  typed,
  valuesOf,
} from "../primitives/samples.js";

const STEP = 1e-5;
/** Of values of order one: the difference's own error is about STEP^2 + 1e-16 / STEP. */
const TOLERANCE = 2e-8;

/** No derivative flows through these: they give integers or bools, are constants, or say so. */
const WITHOUT: readonly Primitive[] = [
  ...(["buffer", "constant", "iota", "random", "argsort", "lt", "eq", "and", "or", "xor"] as const),
  "detach",
];
/** Flat almost everywhere: nothing flows, and the differences are 0 as well. */
const FLAT: readonly Primitive[] = ["floor", "round"];

function read(roots: readonly Node[]): number[][] {
  interpreter.run(
    roots.filter(({ storage }) => storage === undefined),
    () => false,
  );
  return roots.map(({ storage }) => Array.from(storage!.read()));
}

/** The values of all sources of a sample, flat, and what to compute of them. */
class Case {
  private readonly start: number[][];
  private readonly weights: number[];
  /** Which sources are floats: those that a derivative is taken by. */
  readonly moving: number[];

  constructor(
    private readonly op: Primitive,
    private readonly sample: Sample,
  ) {
    const next = steadyRandom(11);
    this.start = sample.sources.map((source) => valuesOf(source, next));
    this.moving = sample.sources.flatMap((source, i) => (isFloat(dtypeOf(source, "float64")) ? [i] : []));
    this.weights = Array.from(
      { length: sizeOf(this.root(this.leaves(this.start)).shape) },
      () => next() - 0.3,
    );
  }

  private leaves(values: readonly (readonly number[])[]): Node[] {
    return this.sample.sources.map((source, i) => {
      const dtype = dtypeOf(source, "float64");
      const x = buffer(typed(dtype, values[i]!), source.shape, dtype);
      return isFloat(dtype) ? variable(x) : x;
    });
  }

  private root(leaves: readonly Node[]): Node {
    return build(this.op, this.sample, leaves);
  }

  /** Is there anything that differences can tell? */
  get checkable(): boolean {
    const finite = this.start.flat().every((value) => Number.isFinite(value) && Math.abs(value) < 100);
    return finite && this.moving.length > 0 && this.root(this.leaves(this.start)).dtype === "float64";
  }

  get empty(): boolean {
    return this.moving.every((i) => this.start[i]!.length === 0) || this.weights.length === 0;
  }

  /** sum over k of weights_k y_k. */
  private loss(values: readonly (readonly number[])[]): number {
    const [y] = read([this.root(this.leaves(values))]);
    return y!.reduce((sum, value, k) => sum + value * this.weights[k]!, 0);
  }

  /** d loss by every moving element, in one list. */
  gradient(values: readonly (readonly number[])[] = this.start): number[] {
    return read(this.gradientNodes(this.leaves(values))).flat();
  }

  private gradientNodes(leaves: readonly Node[]): Node[] {
    const root = this.root(leaves);
    const cotangent = buffer(typed("float64", this.weights), root.shape, "float64");
    const wrt = this.moving.map((i) => leaves[i]!);
    return gradients([root], [cotangent], wrt).map((g, i) => g ?? zeros(wrt[i]!));
  }

  /** d (sum over j of direction_j gradient_j). */
  second(direction: readonly number[]): number[] {
    const leaves = this.leaves(this.start);
    const wrt = this.moving.map((i) => leaves[i]!);
    const first = this.gradientNodes(leaves);
    let at = 0;
    const along = first.map((g) => {
      const part = direction.slice(at, (at += sizeOf(g.shape)));
      return buffer(typed("float64", part), g.shape, "float64");
    });
    return read(gradients(first, along, wrt).map((g, i) => g ?? zeros(wrt[i]!))).flat();
  }

  /** Central differences of a number that depends on the values. */
  differences(of: (values: readonly (readonly number[])[]) => number): number[] {
    return this.moving.flatMap((i) =>
      this.start[i]!.map((value, k) => {
        const at = (moved: number): number => of(this.start.with(i, this.start[i]!.with(k, moved)));
        return (at(value + STEP) - at(value - STEP)) / (2 * STEP);
      }),
    );
  }

  lossDifferences(): number[] {
    return this.differences((values) => this.loss(values));
  }

  gradientDifferences(direction: readonly number[]): number[] {
    return this.differences((values) =>
      this.gradient(values).reduce((sum, value, j) => sum + value * direction[j]!, 0),
    );
  }
}

const zeros = (x: Node): Node => buffer(new Float64Array(sizeOf(x.shape)), x.shape, "float64");

function near(title: string, actual: readonly number[], expected: readonly number[]): void {
  expect(actual, title).toHaveLength(expected.length);
  const scale = Math.max(1, ...expected.map(Math.abs));
  const worst = actual.findIndex((value, i) => !(Math.abs(value - expected[i]!) <= TOLERANCE * scale));
  if (worst >= 0)
    expect.fail(`${title}: element ${worst}: ${actual[worst]}, by differences ${expected[worst]}`);
}

/** The samples of a primitive that differences can tell something of. */
const casesOf = (op: Primitive): { item: Case; title: string }[] =>
  samplesOf(op)
    .map(({ sample, title }) => ({ title, item: new Case(op, sample) }))
    .filter(({ item }) => item.checkable);

const flowing = everyPrimitive.filter((op) => !WITHOUT.includes(op));

describe.each(flowing)("%s", (op) => {
  const cases = casesOf(op);

  test("first derivatives", () => {
    for (const { item, title } of cases) near(title, item.gradient(), item.lossDifferences());
  });

  test("second derivatives", () => {
    for (const { item, title } of cases) {
      const next = steadyRandom(13);
      const direction = item.gradient().map(() => next() - 0.4);
      near(title, item.second(direction), item.gradientDifferences(direction));
    }
  });

  test("samples with elements and without", () => {
    expect(cases.some(({ item }) => !item.empty)).toBe(true);
    expect(cases.some(({ item }) => item.empty)).toBe(true);
    const still = cases.every(({ item }) => item.gradient().every((value) => value === 0));
    expect(still, "a derivative that is not 0").toBe(FLAT.includes(op));
  });
});

test.each(WITHOUT)("no derivative flows through %s", (op) => {
  for (const { sample, title } of samplesOf(op)) {
    const leaves = sample.sources.map((source) => {
      const dtype = dtypeOf(source, "float64");
      const x = buffer(typed(dtype, valuesOf(source, steadyRandom(3))), source.shape, dtype);
      return isFloat(dtype) ? variable(x) : x;
    });
    const root = build(op, sample, leaves);
    const wrt = leaves.filter(isVariable);
    const found = root.dtype === "float64" ? gradients([root], [zeros(root)], wrt) : wrt.map(() => null);
    expect([root.tracked, ...found], title).toEqual([false, ...wrt.map(() => null)]);
  }
});
