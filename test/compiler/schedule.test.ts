/**
 * What fusion promises, counted: how many kernels a graph becomes, what they read from memory and what they store there.
 * "Kernels" are groups of the schedule; copies that a product makes of its operands (`_pack`) and the parts of a long sum
 * are steps of a kernel.
 */
import { describe, expect, test } from "vitest";
import { type Compiled, compileGraph } from "../../src/compiler/compile.js";
import type { Buffer } from "../../src/compiler/expression.js";
import type { Nest } from "../../src/compiler/nest.js";
import { visitIndices } from "../../src/compiler/nest.js";
import type { Node } from "../../src/graph/index.js";
import * as ops from "../../src/ops/index.js";
import { MACHINE } from "../../src/targets/wasm/blueprint.js";
import { adam, cnnStep, layerNorm, leaf, linear, mlpStep, type TrainingStep } from "./training-graphs.js";

const compiled = (roots: readonly Node[], updates: TrainingStep["updates"] = []): Compiled =>
  compileGraph(roots, updates, { machine: MACHINE });

const kernelsOf = ({ schedule }: Compiled): number => schedule.groups.length;

const buffersOf = ({ code }: Compiled, role: Buffer["role"]): readonly Buffer[] =>
  code.buffers.filter((buffer) => buffer.role === role);

/** Places in the stages of nests, as they are lowered, that read the buffer. */
function readingsOf(result: Compiled, node: Node): number {
  const buffer = result.inputs.get(node)!;
  expect(buffer).toBeDefined();
  const inStage = (plain: Nest, stage: Nest["stages"][number]): number => {
    const found = new Set<number>();
    const loads = loadsOf({ ...plain, stages: [stage] });
    for (const [at, index] of loads) if (at === buffer) found.add(index);
    return found.size;
  };
  const plain = new Set(result.kernels.map((kernel) => kernel.plain));
  return [...plain].reduce(
    (count, nest) => count + nest.stages.reduce((n, stage) => n + inStage(nest, stage), 0),
    0,
  );
}

/** Buffers and indices that expressions of the nest load. */
function loadsOf(nest: Nest): [Buffer, number][] {
  const list: [Buffer, number][] = [];
  const seen = new Set<unknown>();
  const walk = (e: Nest["stages"][number]["stores"][number]["value"]): void => {
    if (seen.has(e)) return;
    seen.add(e);
    if (e.op === "load") list.push([e.buffer!, e.index!.id]);
    e.args.forEach(walk);
  };
  for (const { reductions, stores, finish } of nest.stages)
    for (const { value } of [...reductions, ...stores, ...finish]) walk(value);
  return list;
}

/** How many vectors of columns the only kernel that sums them has side by side. */
function columnsOf(roots: readonly Node[]): number[] {
  const steps = compiled(roots).kernels.flatMap(({ planned }) => planned.steps);
  return steps.flatMap((step) => (step.name === "vectorize" ? [step.unroll] : []));
}

describe("sums of columns", () => {
  test("read whole cache lines of each row, whatever becomes of a sum", () => {
    const [x, m, v] = [leaf(1024, 512), leaf(512), leaf(512)];
    const sum = ops.sum(x, 0);
    const moment = ops.add(ops.mul(m, 0.9), ops.mul(sum, 0.1));
    const spread = ops.add(ops.mul(v, 0.999), ops.mul(ops.square(sum), 0.001));
    const step = ops.div(ops.mul(ops.tanh(moment), 0.01), ops.add(ops.sqrt(spread), 1e-8));
    expect(columnsOf([sum])).toEqual([8]);
    expect(columnsOf([step, moment, spread])).toEqual([8]);
  });

  test("leave few columns over", () => {
    expect(columnsOf([ops.sum(leaf(100, 144), 0)])).toEqual([6]);
    expect(columnsOf([ops.sum(leaf(100, 160), 0)])).toEqual([8]);
    expect(columnsOf([ops.sum(leaf(100, 24), 0)])).toEqual([3]);
  });

  test("leave several tiles, for several threads", () => {
    expect(columnsOf([ops.sum(leaf(1000, 32), 0)])).toEqual([4]);
    expect(columnsOf([ops.sum(leaf(1000, 8), 0)])).toEqual([2]);
  });
});

describe("chains and rows", () => {
  test("sigmoid(x) x + 0.5 x - 1 is one kernel that loads x once and stores the result", () => {
    const x = leaf(64, 100);
    const result = compiled([ops.sub(ops.add(ops.mul(ops.sigmoid(x), x), ops.mul(x, 0.5)), 1)]);
    expect(kernelsOf(result)).toBe(1);
    expect(result.kernels).toHaveLength(1);
    expect(readingsOf(result, x)).toBe(1);
    expect(buffersOf(result, "temporary")).toEqual([]);
    let stores = 0;
    visitIndices(result.kernels[0]!.plain, (_, use) => void (stores += use === "store" ? 1 : 0));
    expect(stores).toBe(1);
  });

  test.each([
    ["rows", -1],
    ["columns", 0],
  ] as const)("softmax of %s is one kernel that reads x at most once a pass", (_, axis) => {
    const x = leaf(64, 100);
    const result = compiled([ops.softmax(x, axis)]);
    expect(kernelsOf(result)).toBe(1);
    expect(result.code.phases).toHaveLength(1);
    const passes = result.kernels[0]!.plain.stages.length;
    expect(passes).toBeLessThanOrEqual(3);
    expect(readingsOf(result, x)).toBeLessThanOrEqual(passes);
    expect(buffersOf(result, "temporary")).toEqual([]);
    expect(buffersOf(result, "output")).toHaveLength(1);
  });

  test("layer norm is one kernel that stores only the result", () => {
    const x = leaf(64, 100);
    const result = compiled([layerNorm(x, leaf(100), leaf(100))]);
    expect(kernelsOf(result)).toBe(1);
    expect(buffersOf(result, "temporary")).toEqual([]);
    expect(readingsOf(result, x)).toBeLessThanOrEqual(result.kernels[0]!.plain.stages.length);
  });

  test("movement costs nothing: flipped, cut, padded and joined values are read where they lie", () => {
    const x = leaf(8, 10);
    const moved = ops.concatenate(
      [
        ops.flip(ops.transpose(x), 0),
        ops.pad(ops.part(ops.transpose(x), 0, 2, 7), [
          [2, 3],
          [0, 0],
        ]),
      ],
      1,
    );
    const result = compiled([ops.exp(moved)]);
    expect(kernelsOf(result)).toBe(1);
    expect(buffersOf(result, "temporary")).toEqual([]);
  });
});

describe("products", () => {
  test("matmul, bias and relu are one kernel", () => {
    const result = compiled([ops.relu(linear(leaf(64, 100), leaf(100, 50), leaf(50)))]);
    expect(kernelsOf(result)).toBe(1);
    const own = result.kernels.filter(({ planned }) => !planned.nest.name.endsWith("_pack"));
    expect(own).toHaveLength(1);
    expect(buffersOf(result, "temporary").length).toBe(result.kernels.length - own.length);
  });

  test("a convolution with bias and relu is one kernel, and its windows are never in memory", () => {
    const x = leaf(2, 3, 12, 12);
    const result = compiled([ops.relu(ops.convolution(x, leaf(4, 3, 3, 3), leaf(4)))]);
    expect(kernelsOf(result)).toBe(1);
    const windows = 2 * 3 * 10 * 10 * 9;
    for (const { length } of buffersOf(result, "temporary")) expect(length).toBeLessThan(windows);
  });

  /** Adam's step for a weight of that shape. */
  const adamStep = (rows: number, columns: number) => {
    const [p, m, v] = [leaf(rows, columns), leaf(rows, columns), leaf(rows, columns)];
    const g = ops.matmul(ops.transpose(leaf(64, rows)), leaf(64, columns));
    const result = compiled(adam(p, m, v, g), [
      [0, m],
      [1, v],
      [2, p],
    ]);
    return { p, m, v, result };
  };

  test("Adam's update of a small weight joins the product that is its gradient", () => {
    const { p, m, v, result } = adamStep(80, 50);
    expect(kernelsOf(result)).toBe(1);
    expect(buffersOf(result, "output")).toHaveLength(3);
    expect(result.kernels.at(-1)!.plain.stages.at(-1)!.finish).toHaveLength(3);
    expect(result.inPlace).toEqual([true, true, true]);
    for (const node of [p, m, v]) expect(readingsOf(result, node)).toBe(1);
  });

  test("that of a large one goes through memory by itself, and the product stores sums alone", () => {
    const { result } = adamStep(100, 50);
    const [products, ...walks] = [...result.schedule.groups].sort((a, b) => a.id - b.id);
    expect(products!.kind).toBe("contract");
    expect(products!.members.size).toBe(1);
    expect(walks.map(({ kind }) => kind)).toEqual(walks.map(() => "map"));
    expect(result.inPlace).toEqual([true, true, true]);
  });

  test("of two operands that lie across the sum, the smaller one is copied number by number", () => {
    const vectors = (rows: number, columns: number) => {
      const root = ops.matmul(ops.transpose(leaf(1024, rows)), leaf(1024, columns));
      const { planned } = compiled([root]).kernels.at(-1)!;
      return planned.steps.flatMap((step) => (step.name === "vectorize" ? [step.axis] : []));
    };
    expect(vectors(512, 64)).toEqual(["i.i"]);
    expect(vectors(64, 512)).toEqual(["j.i"]);
  });

  test("what is heavy, or reads more than one other array, goes by a walk of its own", () => {
    const product = () => ops.matmul(leaf(100, 64), leaf(64, 50));
    const [one, two] = [ops.sum(leaf(100, 50, 2), 2), ops.sum(leaf(100, 50, 2), 2)];
    const sizes = (root: Node) =>
      compiled([root])
        .schedule.groups.filter(({ kind }) => kind === "contract")
        .map(({ members }) => members.size);
    expect(sizes(ops.maximum(ops.add(product(), leaf(50)), 0))).toEqual([2]);
    expect(sizes(ops.add(product(), one))).toEqual([2]);
    expect(sizes(ops.add(product(), leaf(100, 50)))).toEqual([1]);
    expect(sizes(ops.add(ops.add(product(), one), two))).toEqual([1]);
    expect(sizes(ops.erf(ops.add(product(), leaf(50))))).toEqual([1]);
  });
});

describe("values that are used often", () => {
  test("an expensive one is computed once, and then read", () => {
    const x = leaf(40, 30);
    const e = ops.erf(x);
    const result = compiled([ops.sum(e, 0), ops.sum(e, 1), ops.cumsum(e, 1)]);
    expect(readingsOf(result, x)).toBe(1);
    expect([...result.schedule.groupOf.keys()].filter(({ op }) => op === "erf")).toEqual([e]);
  });

  test("one that is used twice at one point stays in a register", () => {
    const x = leaf(40, 30);
    const e = ops.erf(x);
    const result = compiled([ops.mul(ops.mul(e, e), ops.add(e, 1))]);
    expect(kernelsOf(result)).toBe(1);
    expect(readingsOf(result, x)).toBe(1);
    expect(buffersOf(result, "temporary")).toEqual([]);
  });

  test("a cheap one is computed where it is read", () => {
    const x = leaf(40, 30);
    const twice = ops.mul(x, 2);
    const result = compiled([ops.sum(twice, 0), ops.sum(twice, 1)]);
    expect(result.schedule.groupOf.has(twice)).toBe(false);
    expect(kernelsOf(result)).toBe(2);
  });
});

describe("training steps", () => {
  /** Kernels of the whole step; without fusion there would be one for each of some hundred nodes. */
  const MOST = { mlp: 14, cnn: 27 };

  test.each(["sgd", "adam"] as const)("an MLP's step by %s", (optimizer) => {
    const { roots, updates } = mlpStep(optimizer);
    const result = compiled(roots, updates);
    expect(kernelsOf(result)).toBeLessThanOrEqual(MOST.mlp);
    expect(result.inPlace).toEqual(updates.map(() => true));
  });

  test.each(["sgd", "adam"] as const)("a CNN's step by %s", (optimizer) => {
    const { roots, updates } = cnnStep(optimizer);
    const result = compiled(roots, updates);
    expect(kernelsOf(result)).toBeLessThanOrEqual(MOST.cnn);
    expect(result.inPlace).toEqual(updates.map(() => true));
  });

  test("a parameter that its own update reads elsewhere is not written in place", () => {
    const p = leaf(30, 30);
    const swapped = compiled([ops.sub(p, ops.mul(ops.transpose(p), 0.1))], [[0, p]]);
    expect(swapped.inPlace).toEqual([false]);
    // Each row of a softmax is read to its end before it is written.
    expect(compiled([ops.softmax(p)], [[0, p]]).inPlace).toEqual([true]);
  });

  test("a parameter whose old value is asked for is not written in place", () => {
    const p = leaf(50);
    expect(compiled([ops.sub(p, 1), ops.reshape(p, [5, 10])], [[0, p]]).inPlace).toEqual([false]);
    expect(compiled([ops.sub(p, 1), ops.mul(p, 3)], [[0, p]]).inPlace).toEqual([true]);
  });

  test("a parameter that a later pass over the same row reads is not written in place", () => {
    const p = leaf(30, 30);
    const centred = ops.sub(p, ops.mean(p, -1, { keepdims: true }));
    const later = ops.mul(ops.sum(ops.exp(centred), -1, { keepdims: true }), p);
    const result = compiled([centred, later], [[0, p]]);
    const [writer] = result.kernels;
    expect(writer!.plain.stages.length).toBeGreaterThan(2);
    expect(result.inPlace).toEqual([false]);
  });
});

describe("memory", () => {
  test("values that are not alive at the same time share their place", () => {
    let x = leaf(64, 64);
    const w = leaf(64, 64);
    for (let i = 0; i < 10; i++) x = ops.tanh(ops.matmul(x, w));
    const result = compiled([x]);
    const all = buffersOf(result, "temporary").reduce((n, { length }) => n + length * 4, 0);
    expect(result.arenaBytes).toBeLessThan(all / 2);
  });

  test("what is computed once more comes just before it is read", () => {
    // Two chains that meet: the second one is short, and its first value is wanted at the end only.
    const [a, b] = [leaf(64, 64), leaf(64, 64)];
    let x = a;
    for (let i = 0; i < 6; i++) x = ops.tanh(ops.matmul(x, b));
    const late = ops.tanh(ops.matmul(b, b));
    const result = compiled([ops.matmul(x, late)]);
    const phaseOf = (node: Node): number =>
      result.code.phases.findIndex(({ kernels }) =>
        kernels.some(
          (k) =>
            result.kernels[k]!.group.members.has(node) &&
            !result.kernels[k]!.planned.nest.name.endsWith("_pack"),
        ),
      );
    // A copy of it may come between.
    expect(phaseOf(late)).toBeGreaterThanOrEqual(phaseOf(x) - 1);
    expect(phaseOf(x)).toBeGreaterThan(4);
  });
});
