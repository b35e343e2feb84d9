/** Nodes: shared by structure, never changed after they are made. */
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/autodiff/index.js";
import {
  add,
  buffer,
  constant,
  contract,
  detach,
  expand,
  forgetNodes,
  iota,
  mul,
  type Node,
  pad,
  permute,
  reduce,
  reshape,
  substitute,
  topological,
  unary,
  variable,
} from "../../src/graph/index.js";
import { interpreter } from "../../src/targets/interpreter/interpreter.js";

const vector = (...values: number[]): Node => buffer(Float64Array.from(values), [values.length], "float64");

describe("hash-consing", () => {
  const x = vector(1, 2, 3);

  test("one expression is one node", () => {
    const make = (): Node => reduce("sum", mul(unary("exp", x), add(x, x)), [0]);
    expect(make()).toBe(make());
    expect(iota(5)).toBe(iota(5));
    expect(constant(Number.NaN, "float32")).toBe(constant(Number.NaN, "float32"));
  });

  test.each<[string, () => [Node, Node]]>([
    ["primitive", () => [unary("exp", x), unary("log", x)]],
    ["value", () => [constant(1, "float32"), constant(2, "float32")]],
    ["sign of zero", () => [constant(0, "float32"), constant(-0, "float32")]],
    ["fraction", () => [constant(0.1, "float64"), constant(0.1 + 2 ** -56, "float64")]],
    ["dtype", () => [constant(1, "float32"), constant(1, "float64")]],
    ["order of sources", () => [mul(x, unary("exp", x)), mul(unary("exp", x), x)]],
    [
      "axes",
      () => [
        reduce("sum", expand(reshape(x, [1, 3]), [2, 3]), [0]),
        reduce("sum", expand(reshape(x, [1, 3]), [2, 3]), [1]),
      ],
    ],
    ["shape", () => [reshape(x, [1, 3]), reshape(x, [3, 1])]],
    ["one list longer than the other", () => [iota(3), iota(4)]],
    [
      "what a list holds and which list holds it",
      () => [
        pad(x, { low: [1], high: [0], interior: [0], value: 0 }),
        pad(x, { low: [0], high: [1], interior: [0], value: 0 }),
      ],
    ],
  ])("another %s is another node", (_, make) => {
    const [a, b] = make();
    expect(a).not.toBe(b);
  });

  test("leaves and variables are never shared, whatever their values", () => {
    expect(vector(1)).not.toBe(vector(1));
    expect(variable(x)).not.toBe(variable(x));
    expect(detach(variable(x))).not.toBe(variable(x));
  });

  test("many nodes of equal hash buckets stay apart", () => {
    const seen = new Map<Node, number>();
    for (let i = 0; i < 20_000; i++) {
      const node = constant(i / 7, "float64");
      expect(seen.has(node)).toBe(false);
      seen.set(node, i);
    }
    for (const [node, i] of seen) expect(constant(i / 7, "float64")).toBe(node);
  });

  test("after the table is emptied old nodes still mean the same", () => {
    const before = unary("exp", x);
    forgetNodes();
    const after = unary("exp", x);
    expect(after).not.toBe(before);
    interpreter.run([before, after], () => false);
    expect(after.storage!.read()).toEqual(before.storage!.read());
  });
});

describe("deep graphs", () => {
  const DEPTH = 100_000;
  const chain = (from: Node): Node => {
    let x = from;
    for (let i = 0; i < DEPTH; i++) x = unary(i % 2 === 0 ? "sin" : "cos", x);
    return x;
  };

  test("are walked, rebuilt, differentiated and computed without recursion", () => {
    const x = variable(vector(0.5));
    const y = chain(x);
    const order = topological([y]);
    expect(order).toHaveLength(DEPTH + 2);
    const at = new Map(order.map((node, i) => [node, i]));
    expect(order.every((node) => node.sources.every((source) => at.get(source)! < at.get(node)!))).toBe(true);
    const other = vector(0.25);
    const [moved] = substitute([y], new Map([[x, other]]));
    expect(topological([moved!])).toHaveLength(DEPTH + 1);
    expect(topological([moved!])[0]).toBe(other);
    const [g] = gradients([y], [vector(1)], [x]);
    interpreter.run([y, g!], () => false);
    expect(Number.isFinite(g!.storage!.read()[0])).toBe(true);
  });

  test("what does not depend on a replaced node stays the node that it was", () => {
    const [a, b] = [vector(1), vector(2)];
    const [left, right] = [unary("exp", a), unary("exp", b)];
    const [sum, same] = substitute([add(left, right), right], new Map([[a, vector(3)]]));
    expect(same).toBe(right);
    expect(sum!.sources[1]).toBe(right);
    expect(sum!.sources[0]).not.toBe(left);
  });

  test("the walk ends where it is told to", () => {
    const x = vector(1);
    const middle = unary("exp", x);
    expect(topological([unary("log", middle)], (n) => n === middle)).toHaveLength(2);
  });
});

/** Freezes all that a node stands for; its computed value is a cache and may come later. */
function freeze(node: Node): void {
  for (const list of [node.sources, node.shape, node.attrs, ...Object.values(node.attrs)])
    if (Array.isArray(list) || list === node.attrs) Object.freeze(list);
}

test("nothing writes to a node or its lists: not builders, derivatives, rewriting or computing", () => {
  const x = variable(buffer(Float64Array.from({ length: 6 }, Math.sin), [2, 3], "float64"));
  const w = variable(buffer(Float64Array.from({ length: 6 }, Math.cos), [3, 2], "float64"));
  const y = contract(x, w, { batchA: [], batchB: [], sumA: [1], sumB: [0] });
  const z = reduce(
    "prod",
    pad(permute(unary("tanh", y), [1, 0]), { low: [0, 0], high: [1, 0], interior: [0, 1], value: 1 }),
    [0, 1],
  );
  const roots = (): Node[] => [z, ...gradients([z], [constant(1, "float64")], [x, w]).map((g) => g!)];
  const shown = (nodes: readonly Node[]): string =>
    JSON.stringify(
      topological(nodes).map(({ id, op, shape, dtype, sources }) => [
        id,
        op,
        shape,
        dtype,
        sources.map((s) => s.id),
      ]),
    );
  topological(roots()).forEach(freeze);
  const before = shown(roots());
  interpreter.run(roots(), () => true);
  substitute(roots(), new Map<Node, Node>([[x, variable(x)]]));
  expect(shown(roots())).toBe(before);
});
