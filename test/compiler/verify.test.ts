/** The verifiers find nests and code that were broken on purpose, and say what is wrong. */
import { beforeEach, describe, expect, test } from "vitest";
import type { KernelCode, ProgramCode, Statement } from "../../src/compiler/code.js";
import { emitNest } from "../../src/compiler/emit.js";
import {
  acrossLanes,
  add,
  type Buffer,
  baseOf,
  constant,
  convert,
  type Expr,
  fetch,
  load,
  mul,
  newLocal,
  pure,
  readLocal,
  resetExpressions,
  splat,
  variableValue,
  within,
} from "../../src/compiler/expression.js";
import { at, newVar, offsetBy, plus, resetIndices, times } from "../../src/compiler/index-form.js";
import { axisOver, type Nest, type Stage } from "../../src/compiler/nest.js";
import { applyStep } from "../../src/compiler/transforms.js";
import { verifyCode, verifyNest } from "../../src/compiler/verify.js";
import { VerificationError } from "../../src/errors.js";
import { full } from "../../src/graph/index.js";

beforeEach(() => {
  resetIndices();
  resetExpressions();
});

let nextBuffer = 1;
const memory = (
  name: string,
  dtype: Buffer["dtype"],
  length: number,
  role: Buffer["role"] = "input",
): Buffer => ({
  id: nextBuffer++,
  ...{ name, dtype, length, role },
});

const [ROWS, COLUMNS] = [6, 10];

/** y[i] = 2 * the sum over r of x[i, r], in pieces that tests exchange. */
function rowSums() {
  const [x, y] = [memory("x", "float32", ROWS * COLUMNS), memory("y", "float32", ROWS, "output")];
  const [i, r] = [newVar("i", ROWS), newVar("r", COLUMNS)];
  const sum = newLocal("sum", "f32");
  const element = load(x, plus(times(at(i), COLUMNS), at(r)));
  const result = mul(readLocal(sum), constant(2, "f32"));
  const stage: Stage = {
    loops: [axisOver(r)],
    reductions: [{ result: sum, op: "add", type: "f32", value: element }],
    stores: [],
    tests: [],
    finish: [{ buffer: y, index: at(i), value: result }],
    finishTests: [],
  };
  const nest: Nest = { name: "rows", outer: [axisOver(i)], tile: [], stages: [stage], parallel: 1 };
  const withStage = (change: Partial<Stage>): Nest => ({ ...nest, stages: [{ ...stage, ...change }] });
  return { x, y, i, r, sum, element, result, stage, nest, withStage };
}

function expectBroken(check: () => void, message: RegExp): void {
  expect(check).toThrow(VerificationError);
  expect(check).toThrow(message);
}

describe("a nest", () => {
  test("that is sound passes, also after its transforms", () => {
    const { nest } = rowSums();
    verifyNest(nest);
    const tiled = applyStep(nest, { name: "tile", axis: "i", size: 4 });
    expect(tiled).not.toBe(nest);
    verifyNest(tiled);
    const vectors = applyStep(tiled, { name: "vectorize", axis: "i.i", lanes: 4, unroll: 1 });
    verifyNest(vectors);
    verifyProgram(emitNest(vectors, 1, 64));
  });

  test("without one of its loops", () => {
    const { withStage, nest } = rowSums();
    expectBroken(() => verifyNest(withStage({ loops: [] })), /rows: no loop gives r in/);
    expectBroken(() => verifyNest({ ...nest, outer: [], parallel: 0 }), /no loop gives i in/);
  });

  test("whose tile is too wide stores outside", () => {
    const { nest, y, i, withStage } = rowSums();
    // Tiles of 4 make 8 of 6; without the tail that leaves two of them out they store to elements that are not there.
    const tiled = applyStep(nest, { name: "tile", axis: "i", size: 4 });
    const broken = {
      ...tiled,
      tile: tiled.tile.map(({ variable, mode, cuts }) => ({ variable, mode, cuts })),
    };
    expectBroken(() => verifyNest(broken), /stores to 0\.\.7 of 6 elements of y/);
    const shifted = withStage({
      finish: [{ buffer: y, index: offsetBy(at(i), 1), value: constant(0, "f32") }],
    });
    expectBroken(() => verifyNest(shifted), /stores to 1\.\.6 of 6/);
    const before = withStage({
      finish: [{ buffer: y, index: offsetBy(at(i), -1), value: constant(0, "f32") }],
    });
    expectBroken(() => verifyNest(before), /stores to -1\.\.4 of 6/);
  });

  test("whose tile has lost the axis that it is a part of", () => {
    const { nest } = rowSums();
    const tiled = applyStep(nest, { name: "tile", axis: "i", size: 4 });
    expectBroken(
      () => verifyNest({ ...tiled, outer: [], parallel: 0 }),
      /part of an axis that is not there|no loop gives/,
    );
  });

  test("that mixes types", () => {
    const { withStage, y, i, sum, element } = rowSums();
    const integer = [{ buffer: y, index: at(i), value: constant(0, "i32") }];
    expectBroken(() => verifyNest(withStage({ finish: integer })), /stores i32 to y: float32/);
    const asInteger = [{ result: sum, op: "add", type: "i32", value: element }] as const;
    expectBroken(() => verifyNest(withStage({ reductions: asInteger })), /sums f32 as i32/);
  });

  test("that uses a sum before it is known", () => {
    const { withStage, y, i, r, result } = rowSums();
    const early = [{ buffer: y, index: at(i), value: result }];
    expectBroken(
      () => verifyNest(withStage({ stores: early, finish: [] })),
      /sum is used before it is known/,
    );
    expectBroken(() => verifyNest(withStage({ reductions: [] })), /sum is used before it is known/);
    expect(r.extent).toBe(COLUMNS);
  });

  test("whose checks ask for what is not there", () => {
    const { withStage, r } = rowSums();
    const stray = {
      condition: within(at(r), 0, 5),
      value: constant(0, "i32"),
      code: 0,
      site: full([], 0, "int32"),
    };
    expectBroken(() => verifyNest(withStage({ finishTests: [stray] })), /no loop gives r in/);
    const number = { ...stray, condition: constant(1, "i32") };
    expectBroken(() => verifyNest(withStage({ tests: [number] })), /checks i32/);
  });

  test("with more parallel axes than axes, or with a wrong number of turns", () => {
    const { nest } = rowSums();
    expectBroken(() => verifyNest({ ...nest, parallel: 2 }), /more parallel axes/);
    const [axis] = nest.outer;
    const endless = { ...axis!, variable: { ...axis!.variable, extent: Number.NaN } };
    expectBroken(() => verifyNest({ ...nest, outer: [endless] }), /NaN turns/);
  });
});

const [INPUT, OUTPUT] = [memory("x", "float32", 16), memory("y", "float32", 16, "output")];

function verifyProgram(kernel: KernelCode): void {
  const program: ProgramCode = {
    buffers: [INPUT, OUTPUT],
    kernels: [kernel],
    phases: [{ kernels: [0], alone: true, guarded: false }],
    privateOffsets: new Map(),
    privateBytes: 0,
  };
  verifyCode(program);
}

function kernelOf(body: (begin: Expr, end: Expr) => readonly Statement[]): KernelCode {
  const [begin, end] = [newLocal("begin", "i32"), newLocal("end", "i32")];
  return { name: "code", begin, end, turns: 4, grain: 1, body: body(readLocal(begin), readLocal(end)) };
}

const code =
  (...body: readonly Statement[]): (() => void) =>
  () =>
    verifyProgram(kernelOf(() => body));

const vector = (): Expr => fetch(INPUT, baseOf(INPUT), 0, 4);
const scalar = (): Expr => fetch(INPUT, baseOf(INPUT), 0);
const store = (value: Expr, address = baseOf(OUTPUT)): Statement => ({
  ...{ kind: "store", buffer: OUTPUT, address, offset: 0, stride: 1, valid: value.lanes, value },
});

describe("code", () => {
  test("that is sound passes", () => {
    const [i, total] = [newVar("i", 4), newLocal("total", "f32", 4)];
    const kernel = kernelOf((begin, end) => [
      { kind: "let", local: total, value: splat(constant(0, "f32"), 4) },
      {
        ...{ kind: "loop", variable: i, from: begin, to: end, step: 1 },
        body: [
          { kind: "set", local: total, value: add(readLocal(total), vector()) },
          store(
            scalar(),
            add(baseOf(OUTPUT), mul(convert(variableValue(i), "address"), constant(4, "address"))),
          ),
        ],
      },
      store(acrossLanes(readLocal(total), "add")),
    ]);
    expect(() => verifyProgram(kernel)).not.toThrow();
  });

  test("that reads registers and variables without a value", () => {
    expectBroken(code(store(readLocal(newLocal("lost", "f32")))), /reads lost, which has no value/);
    const local = newLocal("later", "f32");
    expectBroken(
      code(store(readLocal(local)), { kind: "let", local, value: scalar() }),
      /reads later, which has no value/,
    );
    expectBroken(code({ kind: "set", local, value: scalar() }), /sets later, which has no value/);
    const i = newVar("i", 4);
    expectBroken(code(store(scalar(), add(baseOf(OUTPUT), variableValue(i)))), /reads i outside of its loop/);
  });

  test("that reads a register out of the block that gave it its value", () => {
    const inner = newLocal("inner", "f32");
    const branch: Statement = {
      ...{ kind: "if", condition: constant(1, "bool"), whenFalse: [] },
      whenTrue: [{ kind: "let", local: inner, value: scalar() }],
    };
    expectBroken(code(branch, store(readLocal(inner))), /reads inner, which has no value/);
  });

  test("with wrong types", () => {
    const local = newLocal("number", "i32");
    expectBroken(code({ kind: "let", local, value: scalar() }), /number holds i32x1, not f32x1/);
    expectBroken(code(store(constant(1, "i32"))), /stores a wrong type/);
    const mixed = pure("add", [scalar(), constant(1, "i32")], "f32");
    expectBroken(code(store(mixed)), /add of f32, i32 to f32/);
  });

  test("with wrong lanes", () => {
    const local = newLocal("one", "f32");
    expectBroken(code({ kind: "let", local, value: vector() }), /one holds f32x1, not f32x4/);
    const three: Statement = { ...store(scalar()), valid: 4 } as Statement;
    expectBroken(code(three), /stores lanes that are not there/);
    const condition = pure("lt", [vector(), vector()]);
    expectBroken(
      code({ kind: "if", condition, whenTrue: [], whenFalse: [] }),
      /lt of 4 lanes where one is wanted/,
    );
    const check: Statement = { kind: "check", condition, code: 1, site: 1, value: constant(0, "i32") };
    expectBroken(code(check), /lt of 4 lanes where one is wanted/);
    const bad = { ...vector(), op: "neg", args: [scalar()] } as Expr;
    expectBroken(code(store(bad)), /neg mixes lanes/);
    const wide = { ...splat(scalar(), 4), args: [vector()] } as Expr;
    expectBroken(code(store(wide)), /splat mixes lanes/);
  });

  test("in which something was not lowered", () => {
    const element = load(INPUT, at(newVar("i", 4)));
    expectBroken(code(store(element)), /load was not lowered/);
  });
});
