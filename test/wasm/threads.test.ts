/** The thread pool: jobs on several threads, accidents in the middle of them, and what idle workers cost. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DeviceError } from "../../src/errors.js";
import { WasmHeap } from "../../src/targets/wasm/heap.js";
import { SYSTEM_PAGE } from "../../src/targets/wasm/system-page.js";
import { threadsStatus } from "../../src/targets/wasm/thread-count.js";
import { ThreadPool } from "../../src/targets/wasm/threads.js";
import { ACCIDENT, Counting, countingModule } from "./counting-module.js";

const threads = process.getBuiltinModule("node:worker_threads");
const OriginalWorker = threads.Worker;
/** The workers that were started since the test began. */
const started: Worker[] = [];
const pools: ThreadPool[] = [];

beforeEach(() => {
  started.length = 0;
  threads.Worker = class extends OriginalWorker {
    constructor(...given: ConstructorParameters<typeof OriginalWorker>) {
      super(...given);
      started.push(this);
    }
  };
});

afterEach(() => {
  threads.Worker = OriginalWorker;
  for (const pool of pools.splice(0)) pool.close();
});

function setup({ wanted = 3, shared = true } = {}) {
  const heap = new WasmHeap({ shared });
  const pool = new ThreadPool(heap, wanted);
  pools.push(pool);
  return { heap, pool, module: countingModule(heap, pool) };
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

function errorOf(run: () => void): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

/** A job of all threads works. */
function expectWorking({ heap, pool, module }: ReturnType<typeof setup>): void {
  const good = new Counting(heap, { rounds: 50 });
  pool.run(module, good.address, 3);
  expect(good.count).toBe(150);
}

test.each([1, 2, 3])("%i threads meet at a thousand barriers", (count) => {
  const { heap, pool, module } = setup();
  for (let i = 0; i < 5; i++) {
    const job = new Counting(heap, { rounds: 1000 });
    pool.run(module, job.address, count);
    expect(job.count).toBe(1000 * count);
  }
});

test("no worker starts before it is needed, and none twice", () => {
  const { heap, pool, module } = setup();
  expect(pool.size).toBe(3);
  pool.run(module, new Counting(heap, { rounds: 3 }).address, 1);
  expect(started).toHaveLength(0);
  pool.run(module, new Counting(heap, { rounds: 3 }).address, 2);
  expect(started).toHaveLength(1);
  const job = new Counting(heap, { rounds: 3 });
  pool.run(module, job.address, 99);
  pool.run(module, job.address, 2);
  expect(job.count).toBe(3 * 3 + 3 * 2);
  expect(started).toHaveLength(2);
});

test("memory that is not shared has one thread, also after it has grown", () => {
  const { heap, pool, module } = setup({ shared: false });
  expect(pool.status).toEqual({ threads: 1, detail: "one thread: the device's memory is not shared" });
  for (let i = 0; i < 3; i++) {
    const job = new Counting(heap, { rounds: 4 });
    pool.run(module, job.address, 8);
    expect(job.count).toBe(4);
    heap.allocate(heap.memory.buffer.byteLength);
  }
});

test("a module's bytes are in the memory only until all know it, and forgotten modules are dropped", () => {
  const { heap, pool, module } = setup();
  const job = new Counting(heap, { rounds: 1 });
  const before = heap.bytesInUse;
  pool.run(module, job.address, 2);
  pool.run(module, job.address, 3);
  expect(heap.bytesInUse).toBe(before);
  expect(job.count).toBe(5);
  const sameNumber = countingModule(heap, pool, { step: 100 });
  pool.run(sameNumber, job.address, 3);
  expect(job.count, "workers run the module that they know").toBe(5 + 102);
  pool.forget(1);
  pool.run(sameNumber, job.address, 3);
  expect(job.count).toBe(107 + 300);
  for (let id = 2; id < 200; id++) {
    pool.run(countingModule(heap, pool, { id }), job.address, 3);
    pool.forget(id);
  }
  expect(job.count).toBe(407 + 3 * 198);
  expect(heap.bytesInUse).toBe(before);
});

test("workers that slept while the memory grew see all of it", async () => {
  const { heap, pool } = setup();
  for (let round = 0; round < 5; round++) {
    pool.run(countingModule(heap, pool, { id: 1 }), new Counting(heap, { rounds: 2 }).address, 3);
    await pause(5);
    heap.allocate(40 * 2 ** 20);
    const job = new Counting(heap, { rounds: 20 });
    expect(job.address).toBeGreaterThan((round + 1) * 40 * 2 ** 20);
    pool.run(countingModule(heap, pool, { id: round + 2 }), job.address, 3);
    expect(job.count).toBe(60);
  }
});

test.each([
  ["the caller", 0],
  ["a worker", 2],
])("when %s traps, the others stop and the next job works", (_, unlucky) => {
  const all = setup();
  const { heap, pool, module } = all;
  expectWorking(all);
  const bad = new Counting(heap, { rounds: 5, accident: ACCIDENT.trap, unlucky });
  for (let i = 0; i < 3; i++) {
    const error = errorOf(() => pool.run(module, bad.address, 3));
    expect(error).toBeInstanceOf(DeviceError);
    expect(error.message).toContain("RuntimeError: unreachable");
    expectWorking(all);
  }
  expect(started).toHaveLength(2);
  expect(
    errorOf(() => pool.run(module, new Counting(heap, { rounds: 1, accident: 1, unlucky: 0 }).address, 1)),
  ).toBeInstanceOf(DeviceError);
});

test("a job that says itself what went wrong is not the device's failure", () => {
  const { heap, pool, module } = setup();
  const job = new Counting(heap, { rounds: 1, accident: ACCIDENT.status, unlucky: 1 });
  pool.run(module, job.address, 2);
  const status = () => new Int32Array(heap.memory.buffer)[SYSTEM_PAGE.STATUS_CODE / 4];
  expect(status()).toBe(7);
  pool.run(module, new Counting(heap, { rounds: 1 }).address, 2);
  expect(status()).toBe(0);
});

test("a worker that was dead before the step", () => {
  const all = setup();
  const { pool, heap, module } = all;
  for (let i = 0; i < 3; i++) {
    expectWorking(all);
    void started.at(-1)!.terminate();
    const begin = performance.now();
    const error = errorOf(() => pool.run(module, new Counting(heap, { rounds: 10 }).address, 3));
    expect(error).toBeInstanceOf(DeviceError);
    expect(error.message).toContain("died in the middle of a step");
    expect(performance.now() - begin).toBeLessThan(2000);
  }
  expectWorking(all);
});

test("a worker whose death the event loop has told is replaced without a word", async () => {
  const all = setup();
  expectWorking(all);
  await started[0]!.terminate();
  await pause(1);
  expectWorking(all);
  expect(started).toHaveLength(4);
});

test("a worker that is killed while it writes has stopped writing when the error comes", () => {
  const all = setup();
  const { pool, heap } = all;
  expectWorking(all);
  const bad = new Counting(heap, { rounds: 10, accident: ACCIDENT.writesForever, unlucky: 2 });
  let written = 0;
  const stalled = () => {
    written ||= bad.busy;
    void started[1]!.terminate();
    return pool.stalled();
  };
  const module = countingModule(heap, pool, { id: 2, stalled });
  expect(errorOf(() => pool.run(module, bad.address, 3)).message).toContain("died in the middle of a step");
  expect(written).toBeGreaterThan(0);
  const after = bad.busy;
  expectWorking(all);
  expect(bad.busy).toBe(after);
});

test("a worker that does not stop when it is told to is ended", () => {
  const all = setup();
  const { pool, heap } = all;
  const bad = new Counting(heap, { rounds: 10, accident: ACCIDENT.writesForever, unlucky: 2 });
  const module = countingModule(heap, pool, {
    id: 2,
    stalled: () => {
      throw new Error("thread 0 has an accident of its own");
    },
  });
  const begin = performance.now();
  expect(() => pool.run(module, bad.address, 3)).toThrow(DeviceError);
  expect(performance.now() - begin).toBeLessThan(6000);
  const after = bad.busy;
  expectWorking(all);
  expect(bad.busy).toBe(after);
});

test("workers alone, for a caller that may not block", async () => {
  const all = setup();
  const { heap, pool, module } = all;
  const job = new Counting(heap, { rounds: 100 });
  const first = pool.runAsync(module, job.address, 3);
  expect(() => pool.run(module, job.address, 1)).toThrow("`await` it before the next one");
  await expect(pool.runAsync(module, job.address, 3)).rejects.toThrow("`await` it before the next one");
  await first;
  expect(job.count).toBe(300);
  expect(started).toHaveLength(3);
  pool.forget(1);
  for (let i = 0; i < 20; i++) await pool.runAsync(module, job.address, 2);
  expect(job.count).toBe(300 + 20 * 200);
  expectWorking(all);
  const bad = new Counting(heap, { rounds: 5, accident: ACCIDENT.trap, unlucky: 0 });
  await expect(pool.runAsync(module, bad.address, 3)).rejects.toThrow("RuntimeError: unreachable");
  await pool.runAsync(module, job.address, 1);
  expect(job.count).toBe(300 + 20 * 200 + 100);
});

test("a worker that is killed while the caller awaits it", async () => {
  const all = setup();
  const { heap, pool, module } = all;
  const bad = new Counting(heap, { rounds: 5, accident: ACCIDENT.writesForever, unlucky: 1 });
  const running = pool.runAsync(module, bad.address, 3);
  while (bad.busy === 0) await pause(1);
  const outcome = expect(running).rejects.toThrow("died in the middle of a step");
  void started[1]!.terminate();
  await outcome;
  const after = bad.busy;
  const job = new Counting(heap, { rounds: 5 });
  await pool.runAsync(module, job.address, 3);
  expect(job.count).toBe(15);
  expect(bad.busy).toBe(after);
  expectWorking(all);
});

test("where no worker can be started one thread does everything, and the reason is told", () => {
  const { heap, pool, module } = setup();
  threads.Worker = class {
    constructor() {
      throw new Error("no more threads");
    }
  } as unknown as typeof Worker;
  const job = new Counting(heap, { rounds: 5 });
  pool.run(module, job.address, 3);
  expect(job.count).toBe(5);
  expect(pool.status).toEqual({
    threads: 1,
    detail: "one thread: a worker could not be started: Error: no more threads",
  });
});

test("workers that sleep cost nothing", async () => {
  const all = setup();
  expectWorking(all);
  await pause(20);
  const before = process.cpuUsage();
  await pause(1000);
  const { user, system } = process.cpuUsage(before);
  // The test runner's own heartbeat is in it.
  expect((user + system) / 1000).toBeLessThan(30);
});

test("a pool that is closed starts anew", () => {
  const all = setup();
  expectWorking(all);
  all.pool.close();
  expectWorking(all);
  expect(started).toHaveLength(4);
});

test("a program ends by itself, without noise, whatever its workers do", () => {
  const script = fileURLToPath(new URL("./pool-program.ts", import.meta.url));
  for (const mode of ["sync", "async", "stuck", "exit"]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", script, mode], {
      encoding: "utf8",
      timeout: 30_000,
    });
    expect({ mode, status, stdout, stderr }).toEqual({
      mode,
      status: mode === "exit" ? 3 : 0,
      stdout: "60\n",
      stderr: "",
    });
  }
});

test("the number of threads comes with a sentence", () => {
  const { threads: count, detail } = threadsStatus();
  expect(count).toBeGreaterThanOrEqual(1);
  expect(detail).toMatch(count === 1 ? /^one thread: / : new RegExp(`^${count} threads, `));
});
