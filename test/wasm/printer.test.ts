/** Statements, sharing within a statement, checks, phases and threads. */
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import type { KernelCode, ProgramCode, Statement } from "../../src/compiler/code.js";
import {
  add,
  type Buffer,
  baseOf,
  constant,
  convert,
  type Expr,
  fetch,
  lt,
  mul,
  newLocal,
  pure,
  readLocal,
  splat,
  sub,
  variableValue,
} from "../../src/compiler/expression.js";
import { newVar } from "../../src/compiler/index-form.js";
import { VerificationError } from "../../src/errors.js";
import { listFunction } from "../../src/targets/wasm/assembler/listing.js";
import { type PrintedProgram, printProgram } from "../../src/targets/wasm/printer.js";
import { SYSTEM_PAGE } from "../../src/targets/wasm/system-page.js";
import { buffer, i32, kernelOf, type Loaded, load, place, programOf } from "./run-code.js";

const listing = ({ functions, callable }: PrintedProgram): string =>
  functions.map((f) => listFunction(f, callable)).join("\n\n");

const f32 = (value: number): Expr => constant(value, "f32");
const store = (to: Buffer, address: Expr, value: Expr, offset = 0): Statement => ({
  kind: "store",
  buffer: to,
  address,
  offset,
  stride: 1,
  valid: value.lanes,
  value,
});

const when = (condition: Expr, yes: readonly Statement[], no: readonly Statement[]): Statement => ({
  kind: "if",
  condition,
  whenTrue: yes,
  whenFalse: no,
});

describe("loops", () => {
  /** For each turn the sum of the loop's variable. */
  function sums(from: (turn: Expr) => Expr, to: (turn: Expr) => Expr, step: number, turns: number): number[] {
    const out = buffer("int32", turns, "output");
    const kernel = kernelOf(turns, (turn) => {
      const [variable, sum] = [newVar("i", 100), newLocal("sum", "i32")];
      const next = add(readLocal(sum), variableValue(variable));
      return [
        { kind: "let", local: sum, value: i32(0) },
        {
          kind: "loop",
          variable,
          from: from(turn),
          to: to(turn),
          step,
          body: [{ kind: "set", local: sum, value: next }],
        },
        store(out, place(out, turn, 1), readLocal(sum)),
      ];
    });
    const loaded = load(programOf([out], [kernel]));
    loaded.run();
    return [...loaded.view(out)];
  }

  test.each([
    [0, 10, 1, 45],
    [0, 10, 3, 18],
    [5, 5, 1, 0],
    [6, 5, 1, 0],
    [3, 4, 7, 3],
  ])("from %i to %i by %i", (from, to, step, expected) => {
    expect(
      sums(
        () => i32(from),
        () => i32(to),
        step,
        1,
      ),
    ).toEqual([expected]);
  });

  test("with ends that are computed, some of them empty", () => {
    expect(
      sums(
        () => i32(2),
        (turn) => turn,
        1,
        6,
      ),
    ).toEqual([0, 0, 0, 2, 5, 9]);
    expect(
      sums(
        (turn) => turn,
        (turn) => sub(i32(4), turn),
        2,
        4,
      ),
    ).toEqual([2, 1, 0, 0]);
  });

  test("a vector of float64 goes through a loop in two registers", () => {
    const [from, out] = [buffer("float64", 12), buffer("float64", 4, "output")];
    const [variable, sum] = [newVar("i", 3), newLocal("sum", "f64", 4)];
    const address = add(baseOf(from), mul(variableValue(variable), i32(32)));
    const kernel = kernelOf(1, () => [
      { kind: "let", local: sum, value: splat(constant(0, "f64"), 4) },
      {
        kind: "loop",
        variable,
        from: i32(0),
        to: i32(3),
        step: 1,
        body: [{ kind: "set", local: sum, value: add(readLocal(sum), fetch(from, address, 0, 4)) }],
      },
      store(out, baseOf(out), readLocal(sum)),
    ]);
    const loaded = load(programOf([from, out], [kernel]));
    loaded.view(from).set([1, 2, 3, 4, 10, 20, 30, 40, 100, 200, 300, 400]);
    loaded.run();
    expect([...loaded.view(out)]).toEqual([111, 222, 333, 444]);
  });
});

test("if takes one side, and registers of one scope are used again in the next", () => {
  const out = buffer("float32", 6, "output");
  const kernel = kernelOf(6, (turn) => {
    const [a, b, result] = [newLocal("a", "f32"), newLocal("b", "f32"), newLocal("result", "f32")];
    const number = convert(turn, "f32");
    return [
      { kind: "let", local: result, value: f32(0) },
      when(
        lt(turn, i32(3)),
        [
          { kind: "let", local: a, value: mul(number, f32(10)) },
          { kind: "set", local: result, value: add(readLocal(a), readLocal(a)) },
        ],
        [
          { kind: "let", local: b, value: add(number, f32(0.5)) },
          { kind: "set", local: result, value: readLocal(b) },
        ],
      ),
      when(lt(turn, i32(1)), [{ kind: "set", local: result, value: f32(-1) }], []),
      store(out, place(out, turn, 1), readLocal(result)),
    ];
  });
  const loaded = load(programOf([out], [kernel]));
  loaded.run();
  expect([...loaded.view(out)]).toEqual([-1, 20, 40, 3.5, 4.5, 5.5]);
});

test("what a statement uses twice is computed once", () => {
  const [from, out] = [buffer("float32", 1), buffer("float32", 4, "output")];
  const doubled = (x: Expr): Expr => {
    let sum = x;
    for (let i = 0; i < 20; i++) sum = add(sum, sum);
    return sum;
  };
  const kernel = kernelOf(1, () => [
    store(out, baseOf(out), doubled(splat(fetch(from, baseOf(from), 0), 4))),
  ]);
  const loaded = load(programOf([from, out], [kernel]));
  loaded.view(from).set([1.5]);
  loaded.run();
  expect([...loaded.view(out)]).toEqual(new Array<number>(4).fill(1.5 * 2 ** 20));
  expect(listing(loaded.printed).match(/f32x4\.add/g)).toHaveLength(20);
  expect(listing(loaded.printed)).toContain("v128.load32_splat");
});

test("private buffers belong to a thread", () => {
  const [out, scratch] = [buffer("int32", 4, "output"), buffer("int32", 4, "private")];
  const kernel = kernelOf(1, () => [
    store(scratch, baseOf(scratch), i32(77), 4),
    store(out, baseOf(out), fetch(scratch, baseOf(scratch), 4)),
  ]);
  const program = {
    ...programOf([out], [kernel]),
    privateOffsets: new Map([[scratch, 128]]),
    privateBytes: 256,
  };
  const loaded = load(program, { scratchBytes: 256 });
  loaded.run(3);
  expect(loaded.view(out)[0]).toBe(77);
  const scratchBase = loaded.words[loaded.params / 4 + 1]!;
  expect(loaded.words[(scratchBase + 3 * 256 + 128 + 4) / 4]).toBe(77);
});

describe.each([false, true])("check, shared: %s", (shared) => {
  const run = (limits: readonly [number, number]): readonly number[] => {
    const out = buffer("int32", 4, "output");
    const kernel = kernelOf(8, (turn) =>
      limits.map(
        (limit, i): Statement => ({
          kind: "check",
          condition: lt(turn, i32(limit)),
          code: 5 + i,
          site: 40 + i,
          value: mul(turn, i32(100)),
        }),
      ),
    );
    const loaded = load(programOf([out], [kernel]), { shared });
    expect(loaded.run()).toBe(0);
    const { STATUS_CODE, STATUS_VALUE, STATUS_SITE } = SYSTEM_PAGE;
    return [STATUS_CODE, STATUS_VALUE, STATUS_SITE].map((at) => loaded.words[at / 4]!);
  };

  test("keeps the first failure", () => {
    expect(run([8, 8])).toEqual([0, 0, 0]);
    expect(run([6, 4])).toEqual([6, 400, 41]);
    expect(run([3, 3])).toEqual([5, 300, 40]);
  });
});

describe("what cannot be printed is named", () => {
  const print = (value: Expr) => {
    const out = buffer("float32", 8, "output");
    return () => load(programOf([out], [kernelOf(1, () => [store(out, baseOf(out), value)])]));
  };

  test("other numbers of lanes, and what is not arithmetic yet", () => {
    expect(print(splat(f32(1), 8))).toThrow(/splat of f32, 8 lanes, cannot be printed: .* 1 and 4 lanes/);
    expect(print(readLocal(newLocal("x", "f32")))).toThrow(/x has no value here/);
    expect(print(pure("shl", [f32(1), f32(2)]))).toThrow(/shl of f32.*no rule for f32/);
    expect(print(pure("shl", [f32(1), f32(2)]))).toThrow(VerificationError);
  });
});

/** Three phases over shared buffers: squares by pieces, their sum by one thread, everything divided by it. */
function threePhases(
  count: number,
  grain: number,
): { program: ProgramCode; out: Buffer; expected: number[] } {
  const [squares, total, out] = [
    buffer("float64", count),
    buffer("float64", 1),
    buffer("float64", count, "output"),
  ];
  const square = kernelOf(
    count,
    (turn) => {
      const x = convert(turn, "f64");
      return [store(squares, place(squares, turn, 1), mul(x, x))];
    },
    grain,
  );
  const sum = kernelOf(1, () => {
    const [variable, local] = [newVar("i", count), newLocal("sum", "f64")];
    const value = add(readLocal(local), fetch(squares, place(squares, variableValue(variable), 1), 0));
    return [
      { kind: "let", local, value: constant(0, "f64") },
      {
        kind: "loop",
        variable,
        from: i32(0),
        to: i32(count),
        step: 1,
        body: [{ kind: "set", local, value }],
      },
      store(total, baseOf(total), readLocal(local)),
    ];
  });
  const divide = (from: number): KernelCode =>
    kernelOf(
      count / 2,
      (turn) => {
        const at = add(turn, i32(from));
        const value = pure("div", [fetch(squares, place(squares, at, 1), 0), fetch(total, baseOf(total), 0)]);
        return [store(out, place(out, at, 1), value)];
      },
      grain,
    );
  const kernels = [square, sum, divide(0), divide(count / 2)];
  const phases = [
    { kernels: [0], alone: false },
    { kernels: [1], alone: true },
    { kernels: [2, 3], alone: false },
  ];
  const squared = Array.from({ length: count }, (_, i) => i * i);
  const all = squared.reduce((a, b) => a + b, 0);
  return {
    program: programOf([squares, total, out], kernels, phases),
    out,
    expected: squared.map((x) => x / all),
  };
}

describe("phases", () => {
  test.each([false, true])("one thread takes them in order, shared: %s", (shared) => {
    const { program, out, expected } = threePhases(100, 7);
    const loaded = load(program, { shared });
    expect(loaded.run()).toBe(0);
    expect([...loaded.view(out)]).toEqual(expected);
    expect(loaded.printed.parallel).toBe(shared);
  });

  /** A thread that runs `main` once for each message. */
  const source = `
    const { parentPort, workerData } = require("node:worker_threads");
    const { bytes, memory, params, threads, thread } = workerData;
    const { main } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      maru: { memory, stalled: () => 0 },
    }).exports;
    const words = new Int32Array(memory.buffer);
    for (let run = 1; ; run++) {
      Atomics.wait(words, 200, run - 1);
      if (words[200] < 0) break;
      if (workerData.late) Atomics.wait(words, 201, 0, workerData.late);
      main(params, thread, threads);
      Atomics.add(words, 202, 1);
      Atomics.notify(words, 202);
    }`;

  /** Like the pool: a run is over when everybody has returned. */
  function runAll({ run, words }: Loaded, threads: number): number {
    const before = Atomics.load(words, 202);
    Atomics.add(words, 200, 1);
    Atomics.notify(words, 200);
    const result = run(0, threads);
    for (let done = before; done < before + threads - 1; done = Atomics.load(words, 202))
      Atomics.wait(words, 202, done, 1000);
    return result;
  }

  test.each([2, 3])("%i threads share them, many times over", async (threads) => {
    const { program, out, expected } = threePhases(1000, 9);
    const loaded = load(program, { shared: true });
    const { memory, params, words, printed } = loaded;
    const workers = Array.from({ length: threads - 1 }, (_, i) => {
      const workerData = { bytes: printed.bytes, memory, params, threads, thread: i + 1 };
      return new Worker(source, { eval: true, workerData });
    });
    const counters = params / 4 + program.buffers.length + 2;
    for (let run = 1; run <= 200; run++) {
      loaded.view(out).fill(-1);
      words.fill(0, counters, counters + 3);
      expect(runAll(loaded, threads)).toBe(0);
      expect([...loaded.view(out)]).toEqual(expected);
      // Every piece was claimed, and none twice.
      expect(words[counters]).toBe(Math.ceil(1000 / 9));
    }
    Atomics.store(words, 200, -1);
    Atomics.notify(words, 200);
    await Promise.all(workers.map((worker) => new Promise((done) => worker.once("exit", done))));
  });

  test("a thread sleeps until a late one comes", async () => {
    const { program, out, expected } = threePhases(100, 7);
    const loaded = load(program, { shared: true });
    const { memory, params, words, printed } = loaded;
    const workerData = { bytes: printed.bytes, memory, params, threads: 2, thread: 1, late: 400 };
    const worker = new Worker(source, { eval: true, workerData });
    Atomics.store(words, 200, 1);
    const begin = performance.now();
    expect(loaded.run(0, 2)).toBe(0);
    expect(performance.now() - begin).toBeGreaterThan(300);
    expect([...loaded.view(out)]).toEqual(expected);
    Atomics.store(words, 200, -1);
    Atomics.notify(words, 200);
    await new Promise((done) => worker.once("exit", done));
  });

  test("a thread that waits goes when another breaks off", () => {
    const { program } = threePhases(100, 7);
    const loaded = load(program, { shared: true });
    loaded.words[SYSTEM_PAGE.ABORT / 4] = 1;
    expect(loaded.run(0, 2)).toBe(1);
  });

  test("thread 0 asks ten times a second whether it waits in vain", () => {
    const { program } = threePhases(100, 7);
    let asked = 0;
    const loaded = load(program, { shared: true, stalled: () => Number(++asked === 3) });
    const begin = performance.now();
    expect(loaded.run(0, 2)).toBe(1);
    expect(asked).toBe(3);
    expect(performance.now() - begin).toBeGreaterThan(290);
  });

  test("another thread does not ask, and goes when it is told to", async () => {
    const { program } = threePhases(100, 7);
    const { memory, params, words, printed } = load(program, { shared: true });
    const workerData = { bytes: printed.bytes, memory, params, threads: 2, thread: 1 };
    const worker = new Worker(source.replace("stalled: () => 0", "stalled: () => 1"), {
      eval: true,
      workerData,
    });
    Atomics.store(words, 200, 1);
    await new Promise((done) => setTimeout(done, 500));
    expect(words[202]).toBe(0);
    Atomics.store(words, SYSTEM_PAGE.ABORT / 4, 1);
    Atomics.store(words, 200, -1);
    await new Promise((done) => worker.once("exit", done));
    expect(words[202]).toBe(1);
  });

  test.each([
    [1, false],
    [1, true],
    [2, true],
  ])("a guarded phase waits for all checks: %i threads, shared: %s", async (threads, shared) => {
    const [checked, written] = [buffer("int32", 64), buffer("int32", 64, "output")];
    const grain = 4;
    const check = kernelOf(
      64,
      (turn) => {
        const value = fetch(checked, place(checked, turn, 1), 0);
        return [{ kind: "check", condition: lt(value, i32(5)), code: 1, site: 3, value }];
      },
      grain,
    );
    const write = kernelOf(64, (turn) => [store(written, place(written, turn, 1), i32(1))], grain);
    const phases = [
      { kernels: [0], alone: true },
      { kernels: [1], alone: true, guarded: true },
      { kernels: [1], alone: false },
    ];
    const loaded = load(programOf([checked, written], [check, write], phases), { shared });
    const { memory, params, words, printed } = loaded;
    const workers = Array.from({ length: threads - 1 }, (_, i) => {
      const workerData = { bytes: printed.bytes, memory, params, threads, thread: i + 1 };
      return new Worker(source, { eval: true, workerData });
    });
    for (let run = 0; run < 40; run++) {
      const bad = run % 2 === 1;
      words.fill(0, params / 4 + 4, params / 4 + 7);
      words[SYSTEM_PAGE.STATUS_CODE / 4] = words[SYSTEM_PAGE.OVERWRITING / 4] = 0;
      loaded.view(written).fill(0);
      loaded.view(checked)[run] = bad ? 9 : 0;
      expect(runAll(loaded, threads)).toBe(0);
      expect(words[SYSTEM_PAGE.STATUS_VALUE / 4]).toBe(run === 0 ? 0 : 9);
      expect(words[SYSTEM_PAGE.OVERWRITING / 4]).toBe(bad ? 0 : 1);
      expect(new Set(loaded.view(written))).toEqual(new Set([bad ? 0 : 1]));
      loaded.view(checked)[run] = 0;
    }
    Atomics.store(words, 200, -1);
    Atomics.notify(words, 200);
    await Promise.all(workers.map((worker) => new Promise((done) => worker.once("exit", done))));
  });
});

test("the listing names kernels, buffers and instructions", () => {
  const { program } = threePhases(4, 2);
  const text = listing(printProgram(program, { shared: true, memoryMaximumPages: 10, relaxed: false }));
  expect(text).toContain("(func $kernel (param $params i32) (param $begin i32)");
  expect(text).toContain("i32.atomic.rmw.cmpxchg offset=20");
  expect(text).toContain("call $barrier");
  expect(text).toContain("memory.atomic.wait32 offset=32");
  expect(text).toMatch(/f64\.mul\n\s+f64\.store/);
});
