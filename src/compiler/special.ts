/**
 * The kernels that are not walks over equal points: running sums, writing at indices, and sorting. They are nests like
 * the others, so that every transform and printer takes them as they are.
 */
import { isOp, type Node } from "../graph/index.js";
import { sizeOf } from "../shape/index.js";
import {
  add,
  and,
  convert,
  type Expr,
  eq,
  indexValue,
  load,
  lt,
  ne,
  newLocal,
  not,
  or,
  pure,
  readLocal,
  select,
  valueTypeOf,
} from "./expression.js";
import { type Group, indicesOf } from "./group.js";
import {
  at,
  flatten,
  type Index,
  minus,
  newVar,
  offsetBy,
  plus,
  quotient,
  remainder,
  times,
  unknown,
  whole,
} from "./index-form.js";
import type { Places } from "./lower.js";
import { axisOver, type Nest, type Stage, type Store, type Test } from "./nest.js";
import { loadAt, Values } from "./value.js";

const EMPTY: Stage = { loops: [], reductions: [], stores: [], tests: [], finish: [], finishTests: [] };

/** Rows up to this length are sorted by one turn of the loop. */
const SORTED_IN_ONE = 2048;

/** The nests of a cumsum, scatter or argsort; each needs the one before. */
export function lowerSpecial(group: Group, places: Places, name: string): Nest[] {
  const { node } = group.members.values().next().value!;
  const values = new Values((read, indices) => {
    const buffer = places.input(read);
    return buffer === undefined ? undefined : loadAt(buffer, indices, read.shape);
  });
  if (isOp(node, "cumsum")) return [cumsum(node, group, values, places, name)];
  if (isOp(node, "scatter")) return scatter(node, values, places, name);
  return argsort(node as Node<"argsort">, values, places, name);
}

/** The checks that building the values has brought up. */
const testsOf = (values: Values): Test[] =>
  values.checks.splice(0).map(({ condition, value, code, site }) => ({ condition, value, code, site }));

/** Sums of float32 run in double precision, as the interpreter's do: a long row keeps its digits. */
function cumsum(node: Node<"cumsum">, group: Group, values: Values, places: Places, name: string): Nest {
  const outer = indicesOf(group.outer);
  const indices = [...outer.slice(0, node.attrs.axis), at(group.inner[0]!), ...outer.slice(node.attrs.axis)];
  const type = valueTypeOf(node.dtype) === "i32" ? "i32" : "f64";
  const result = newLocal("running", type);
  const value = convert(values.of(node.sources[0]!, indices), type);
  const running: Store = {
    buffer: places.output(node)!,
    index: flatten(indices, node.shape),
    value: convert(readLocal(result), valueTypeOf(node.dtype)),
  };
  const stage: Stage = {
    ...EMPTY,
    loops: group.inner.map((variable) => axisOver(variable)),
    reductions: [{ result, op: "add", type, value }],
    stores: [running],
    tests: testsOf(values),
    ordered: true,
  };
  return { name, outer: group.outer.map((v) => axisOver(v)), tile: [], stages: [stage], parallel: 0 };
}

/** A copy of the base, then one update after the other; places that are not indexed are independent of each other. */
function scatter(node: Node<"scatter">, values: Values, places: Places, name: string): Nest[] {
  const [base, updates, ...positions] = node.sources;
  const buffer = places.output(node)!;
  const copied = node.shape.map((n, axis) => newVar(`i${axis}`, n));
  const copy: Stage = {
    ...EMPTY,
    finish: [
      { buffer, index: flatten(indicesOf(copied), node.shape), value: values.of(base!, indicesOf(copied)) },
    ],
    finishTests: testsOf(values),
  };
  const first: Nest = {
    name: `${name}_base`,
    outer: copied.map((v) => axisOver(v)),
    tile: [],
    stages: [copy],
    parallel: 0,
  };
  const front = positions[0]!.shape.map((n, axis) => newVar(`r${axis}`, n));
  const { axes, mode } = node.attrs;
  const rest = node.shape.flatMap((n, axis) => (axes.includes(axis) ? [] : [newVar(`i${axis}`, n)]));
  let next = 0;
  const target: Index[] = node.shape.map((n, axis) => {
    const position = axes.indexOf(axis);
    if (position < 0) return at(rest[next++]!);
    return values.position(node, values.of(positions[position]!, indicesOf(front)), n, axis);
  });
  const index = flatten(target, node.shape);
  const update = values.of(updates!, [...indicesOf(front), ...indicesOf(rest)]);
  const write: Stage = {
    ...EMPTY,
    loops: front.map((variable) => axisOver(variable)),
    stores: [{ buffer, index, value: mode === "add" ? add(load(buffer, index), update) : update }],
    tests: testsOf(values),
    ordered: true,
  };
  const second: Nest = { name, outer: rest.map((v) => axisOver(v)), tile: [], stages: [write], parallel: 0 };
  return sizeOf(updates!.shape) === 0 ? [first] : [first, second];
}

/** One exchange of the sorting network: pair i of `half` is (left, right). */
type Pairing = (i: Index) => readonly [Index, Index];

/** Bitonic sorting (Batcher 1968) of a power of two, in the form in which every exchange puts the smaller one left. */
function network(power: number): Pairing[] {
  const steps: Pairing[] = [];
  for (let block = 2; block <= power; block *= 2) {
    const half = block / 2;
    steps.push((i) => {
      const begin = times(quotient(i, half), block);
      const place = remainder(i, half);
      return [plus(begin, place), minus(offsetBy(begin, block - 1), place)];
    });
    for (let distance = half / 2; distance >= 1; distance /= 2) {
      steps.push((i) => {
        const left = plus(times(quotient(i, distance), 2 * distance), remainder(i, distance));
        return [left, offsetBy(left, distance)];
      });
    }
  }
  return steps;
}

/** Positions are sorted by the values they point at, and equal values by position: so the order is stable. */
function argsort(node: Node<"argsort">, values: Values, places: Places, name: string): Nest[] {
  const { axis, descending } = node.attrs;
  const n = node.shape[axis]!;
  const shape = node.shape.filter((_, other) => other !== axis);
  let power = 1;
  while (power < n) power *= 2;
  const buffer = places.temporary(node, sizeOf(shape) * power, "int32");
  const rowOf = (rows: readonly Index[], place: Index): Index =>
    plus(times(flatten(rows, shape), power), place);
  const key = (rows: readonly Index[], position: Expr): Expr => {
    const inside = unknown(pure("min", [position, integer(n - 1)]), n - 1);
    const indices = [...rows.slice(0, axis), inside, ...rows.slice(axis)];
    return values.of(node.sources[0]!, indices);
  };
  const exchange = (rows: readonly Index[], [left, right]: readonly [Index, Index]): Store[] => {
    const [a, b] = [load(buffer, rowOf(rows, left)), load(buffer, rowOf(rows, right))];
    const swap = comesBefore([b, key(rows, b)], [a, key(rows, a)], n, descending);
    return [
      { buffer, index: rowOf(rows, left), value: select(swap, b, a) },
      { buffer, index: rowOf(rows, right), value: select(swap, a, b) },
    ];
  };
  const begin = rowVars(shape);
  const place = newVar("r", power);
  const fill: Stage = {
    ...EMPTY,
    finish: [{ buffer, index: rowOf(indicesOf(begin), at(place)), value: indexValue(at(place)) }],
  };
  const nests: Nest[] = [
    {
      name: `${name}_begin`,
      outer: [...begin, place].map((v) => axisOver(v)),
      tile: [],
      stages: [fill],
      parallel: 0,
    },
  ];
  const steps = network(power);
  if (power <= SORTED_IN_ONE) {
    const rows = rowVars(shape);
    const stages = steps.map((pairing): Stage => {
      const pair = newVar("r", power / 2);
      return { ...EMPTY, loops: [axisOver(pair)], stores: exchange(indicesOf(rows), pairing(at(pair))) };
    });
    if (stages.length > 0)
      nests.push({
        name: `${name}_sort`,
        outer: rows.map((v) => axisOver(v)),
        tile: [],
        stages,
        parallel: 0,
      });
  } else {
    steps.forEach((pairing, i) => {
      const [rows, pair] = [rowVars(shape), newVar("r", power / 2)];
      const stage: Stage = { ...EMPTY, finish: exchange(indicesOf(rows), pairing(at(pair))) };
      const outer = [...rows, pair].map((v) => axisOver(v));
      nests.push({ name: `${name}_sort${i}`, outer, tile: [], stages: [stage], parallel: 0 });
    });
  }
  const last = node.shape.map((size, other) => newVar(`i${other}`, size));
  const rows = indicesOf(last.filter((_, other) => other !== axis));
  const result: Stage = {
    ...EMPTY,
    finish: [
      {
        buffer: places.output(node)!,
        index: flatten(indicesOf(last), node.shape),
        value: load(buffer, rowOf(rows, at(last[axis]!))),
      },
    ],
  };
  nests.push({ name, outer: last.map((v) => axisOver(v)), tile: [], stages: [result], parallel: 0 });
  return nests;
}

const integer = (n: number): Expr => indexValue(whole(n));
const rowVars = (shape: readonly number[]) => shape.map((n, axis) => newVar(`i${axis}`, n));

/** Does the first (position, value) come before the second? NaN is larger than all; what is beyond n comes last. */
function comesBefore(
  [p, x]: readonly [Expr, Expr],
  [q, y]: readonly [Expr, Expr],
  n: number,
  descending: boolean,
): Expr {
  const less = (a: Expr, b: Expr): Expr => {
    if (a.type === "bool") return and(not(a), b);
    const below = lt(a, b);
    return a.type === "i32" ? below : or(below, and(eq(a, a), ne(b, b)));
  };
  const [first, second] = descending ? [less(y, x), less(x, y)] : [less(x, y), less(y, x)];
  const tie = and(not(first), not(second));
  const sorted = or(first, and(tie, lt(p, q)));
  const known = and(lt(p, integer(n)), lt(q, integer(n)));
  return select(known, sorted, lt(p, q));
}
