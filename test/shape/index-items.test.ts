/**
 * Index plans, carried out: a plain executor follows the plan as its documentation says, and what it reads from
 * arange must be what NumPy 2.4 reads (the expected values were printed by NumPy).
 */
import { describe, expect, it } from "vitest";
import { IndexError, ShapeError, ValueError } from "../../src/errors.js";
import {
  type IndexItem,
  type IndexPlan,
  planIndex,
  resolveSlice,
  type Shape,
  sizeOf,
  slice,
} from "../../src/shape/index.js";

/** Every multi-index of a shape, in order. */
function positions(shape: Shape): number[][] {
  return Array.from({ length: sizeOf(shape) }, (_, flat) => {
    const position: number[] = [];
    for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
      position.unshift(rest % shape[axis]!);
      rest = Math.floor(rest / shape[axis]!);
    }
    return position;
  });
}

const flatten = (position: readonly number[], shape: Shape) =>
  position.reduce((flat, at, axis) => flat * shape[axis]! + at, 0);

/** The values of the index array of one entry, from the items given. */
function indexArray(items: readonly IndexItem[], entry: IndexPlan["advanced"][number]): number[] {
  const item = items[entry.item] as unknown as unknown[];
  if (entry.maskAxis === null) return item.flat(9) as number[];
  const shape: number[] = [];
  for (let part: unknown = item; Array.isArray(part); part = part[0]) shape.push(part.length);
  const flags = item.flat(9) as boolean[];
  return positions(shape)
    .filter((_, flat) => flags[flat])
    .map((position) => position[entry.maskAxis!]!);
}

/** Reads arange(size).reshape(shape) through a plan. */
function execute(shape: Shape, items: readonly IndexItem[]): number[] {
  const plan = planIndex(shape, items);
  const sliced = positions(plan.slices.map(({ count }) => count)).map((position) =>
    flatten(
      position.map((at, axis) => plan.slices[axis]!.start + at * plan.slices[axis]!.step),
      shape,
    ),
  );
  if (plan.advanced.length === 0) return sliced;
  const arrays = plan.advanced.map((entry) => indexArray(items, entry));
  return positions(plan.shape).map((position) => {
    const index = position.slice(plan.position, plan.position + plan.indexShape.length);
    const rest = [
      ...position.slice(0, plan.position),
      ...position.slice(plan.position + plan.indexShape.length),
    ];
    const inView = plan.view.map((size, axis) => {
      const entry = plan.advanced.findIndex((one) => one.axis === axis);
      if (entry < 0) return rest.shift()!;
      const { shape: own } = plan.advanced[entry]!;
      const at = index.slice(index.length - own.length).map((value, i) => (own[i] === 1 ? 0 : value));
      const picked = arrays[entry]![flatten(at, own)]!;
      return picked < 0 ? picked + size : picked;
    });
    return sliced[flatten(inView, plan.view)]!;
  });
}

describe("what a plan reads from arange", () => {
  it.each<[Shape, IndexItem[], number[]]>([
    [[2, 3], [1], [3, 4, 5]],
    [
      [2, 3],
      [-1, "::-1"],
      [5, 4, 3],
    ],
    [
      [2, 3, 4],
      ["...", slice(3, null, -2)],
      [3, 1, 7, 5, 11, 9, 15, 13, 19, 17, 23, 21],
    ],
    [
      [2, 3, 4],
      [slice(1, null), null, 0, "1:3"],
      [13, 14],
    ],
    [[3, 4], [[2, 0, -1]], [8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11]],
    [
      [3, 4],
      [
        [0, 2],
        [1, 3],
      ],
      [1, 11],
    ],
    [
      [3, 4],
      [
        [[0], [2]],
        [1, 3],
      ],
      [1, 3, 9, 11],
    ],
    [
      [2, 3, 4],
      [0, ":", [3, 0]],
      [3, 7, 11, 0, 4, 8],
    ],
    [
      [2, 3, 4],
      [":", [2, 0], "::2"],
      [8, 10, 0, 2, 20, 22, 12, 14],
    ],
    [
      [2, 3, 4],
      [[1, 0], ":", [0, 3]],
      [12, 16, 20, 3, 7, 11],
    ],
    [
      [2, 3],
      [
        [
          [true, false, true],
          [false, true, false],
        ],
      ],
      [0, 2, 4],
    ],
    [
      [2, 3],
      [":", [false, true, true]],
      [1, 2, 4, 5],
    ],
    [
      [2, 3, 2],
      [
        [
          [true, false, true],
          [false, true, false],
        ],
        "1",
      ],
      [1, 5, 9],
    ],
    [[2, 3], [slice(5, 2)], []],
  ])("%j %j", (shape, items, expected) => {
    expect(execute(shape, items)).toEqual(expected);
  });
});

it("asks for the number of true elements of a boolean tensor", () => {
  const mask = { shape: [2, 3], dtype: "bool" };
  expect(planIndex([2, 3, 4], [mask], () => 5).shape).toEqual([5, 4]);
  expect(() => planIndex([2, 3, 4], [mask])).toThrow(IndexError);
});

it("checks the integers of a list, and leaves those of a tensor to whoever knows them", () => {
  expect(() => planIndex([2, 3], [":", [0, 5]])).toThrow("index 5 is out of bounds for axis 1 with size 3");
  expect(planIndex([2, 3], [{ shape: [4], dtype: "uint8" }]).shape).toEqual([4, 3]);
});

it("refuses what is no index, by class", () => {
  expect(() => planIndex([2, 3], [1.5])).toThrow(IndexError);
  expect(() => planIndex([2, 3], [[0.5]])).toThrow(IndexError);
  expect(() => planIndex([2, 3], [[true, 1]])).toThrow(IndexError);
  expect(() => planIndex([2, 3], [""])).toThrow(IndexError);
  expect(() => planIndex([2, 3], [undefined as unknown as null])).toThrow(IndexError);
  expect(() => planIndex([2, 3], [{ shape: [], dtype: "bool" }])).toThrow(IndexError);
  expect(() => planIndex([2, 3], [[[0], [0, 1]]])).toThrow(ShapeError);
  expect(() => planIndex([2, 3], [slice(0, 2, 0)])).toThrow(ValueError);
  expect(() => planIndex([2, 3], [slice(0.5)])).toThrow(IndexError);
});

it("cuts slices to the axis as Python does", () => {
  for (const size of [0, 1, 5, 11]) {
    for (const start of [null, -12, -3, 0, 2, 20]) {
      for (const stop of [null, -12, -1, 0, 4, 20]) {
        for (const step of [null, 1, 2, -1, -3]) {
          const { start: from, step: by, count } = resolveSlice(start, stop, step, size);
          const taken = Array.from({ length: count }, (_, i) => from + i * by);
          expect(taken).toEqual(walk(start, stop, step, size));
        }
      }
    }
  }
});

/** The positions by definition: start where the bounds allow, and go on while inside them. */
function walk(start: number | null, stop: number | null, step: number | null, size: number): number[] {
  const by = step ?? 1;
  const count = (bound: number) => (bound < 0 ? bound + size : bound);
  const from =
    start === null
      ? by > 0
        ? 0
        : size - 1
      : by > 0
        ? Math.max(0, count(start))
        : Math.min(size - 1, count(start));
  const to = stop === null ? by * Number.POSITIVE_INFINITY : count(stop);
  const taken: number[] = [];
  for (let at = from; at >= 0 && at < size && (by > 0 ? at < to : at > Math.max(-1, to)); at += by)
    taken.push(at);
  return taken;
}
