/** The asynchronous face, as in a page's main thread: nothing blocks, what comes meanwhile queues or is refused. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DeviceError, IndexError } from "../../src/errors.js";
import { add, buffer, mul, type Storage } from "../../src/graph/index.js";
import { array, compile, getThreads, nn, optim, random, setThreads, type Tensor } from "../../src/index.js";
import { openEngine, setMayBlock } from "../../src/targets/wasm/engine.js";
import { wasm } from "../../src/targets/wasm/wasm.js";

beforeAll(() => setMayBlock(false));
afterAll(() => setMayBlock(undefined));

const square = (n: number): Tensor =>
  array(Float32Array.from({ length: n * n }, (_, i) => Math.sin(i))).reshape(n, n) as Tensor;

/** How often timers came through while something was awaited. */
async function beatsDuring(body: () => Promise<unknown>): Promise<number> {
  let [beats, listening] = [0, true];
  const beat = (): void => {
    beats++;
    if (listening) setTimeout(beat);
  };
  setTimeout(beat);
  await body();
  listening = false;
  return beats;
}

// Other sizes for each number of threads, so that nothing is found compiled.
describe.each([
  [1, 480],
  [2, 484],
])("on %i threads", (threads, n) => {
  beforeAll(() => setThreads(threads));
  afterAll(() => setThreads(2));

  test("the event loop turns, and the values are those of a computation at once", async () => {
    const x = square(n);
    // Work for many turns, on quick machines too.
    const product = (): Tensor => Array.from({ length: 12 }).reduce<Tensor>((y) => y.matmul(x).mul(0.01), x);
    await product().data();
    let found = new Float32Array();
    const beats = await beatsDuring(async () => {
      found = (await product().data()) as typeof found;
    });
    expect(beats).toBeGreaterThan(1);
    expect(found).toEqual(product().dataSync());
    expect(getThreads()).toBe(threads);
  });

  test("a second computation queues; one at once is refused, and works afterwards", async () => {
    const x = square(n + 1);
    let y: Tensor = x.matmul(x);
    for (let i = 0; i < 6; i++) y = y.matmul(x).mul(0.01);
    const z = x.add(1).sum() as Tensor;
    const [first, second, again] = [y.data(), z.data(), y.data()];
    while (!openEngine().pool.busy) await new Promise((resolve) => setTimeout(resolve));
    expect(() => x.matmul(x.add(2)).dataSync()).toThrow(DeviceError);
    expect(() => setThreads(1)).toThrow(DeviceError);
    let chain: Tensor = x;
    for (let i = 0; i < 200; i++) chain = chain.add(1);
    expect((await second)[0]).toBeCloseTo(z.item() as number, 3);
    expect(await first).toEqual(await again);
    expect(y.dataSync()).toEqual(await first);
    expect((await chain.data())[0]).toBe(200);
  });

  test("data() gives the values of the moment at which it was called", async () => {
    const x = square(n + 2);
    const y = x.mul(2) as Tensor;
    const before = y.data();
    y.assign(x.mul(3));
    expect((await before)[1]).toBeCloseTo(2 * Math.sin(1), 5);
    expect((await y.data())[1]).toBeCloseTo(3 * Math.sin(1), 5);
  });

  /** Three steps of training; what the parameters are then. */
  function training() {
    random.seed(n);
    const model = nn.sequential(nn.linear(n, 32), nn.tanh(), nn.linear(32, 5));
    const optimizer = optim.adam(0.01)(model.parameters());
    const x = square(n);
    const y = array(Int32Array.from({ length: n }, (_, i) => i % 5));
    const step = compile((inputs: Tensor, targets: Tensor) => {
      const loss = nn.crossEntropy(model.forward(inputs as never) as Tensor, targets);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss;
    });
    const state = (): number[][] =>
      model.parameters().flatMap((w) => [[...w.dataSync()], [...w.grad!.dataSync()]]) as number[][];
    return { step, state, x, y };
  }

  test("a compiled function's async trains to the same bits, compiles in turns, and is one at a time", async () => {
    const now = training();
    const losses = [0, 1, 2].map(() => now.step(now.x, now.y).item());
    const soon = training();
    let later: unknown[] = [];
    const beats = await beatsDuring(async () => {
      const calls = [0, 1, 2].map(() => soon.step.async(soon.x, soon.y));
      expect(() => soon.step(soon.x, soon.y)).toThrow(DeviceError);
      later = (await Promise.all(calls)).map((loss) => loss.item());
    });
    expect(later).toEqual(losses);
    expect(soon.state()).toEqual(now.state());
    expect(beats).toBeGreaterThan(1);
    expect(soon.step(soon.x, soon.y).item()).toBe(now.step(now.x, now.y).item());
  });

  test("a compilation that is overtaken by others begins anew", async () => {
    const x = square(n + 4);
    const deep = (from: Tensor): Tensor => {
      let y = from;
      for (let i = 0; i < 12; i++)
        y = y
          .matmul(x)
          .mul(0.01)
          .tanh()
          .add(y.sum(1, { keepdims: true }).mul(1e-3));
      return y;
    };
    const [y, soon] = [deep(x), training()];
    const values = y.data();
    const loss = soon.step.async(soon.x, soon.y);
    for (let i = 0; i < 6; i++) {
      await new Promise((resolve) => setTimeout(resolve));
      if (!openEngine().pool.busy) array([[i, n]]).matmul(array([[1, threads], [2, i]])).exp().dataSync(); // biome-ignore format: short
    }
    expect(await values).toEqual(deep(x).dataSync());
    const alone = training();
    expect((await loss).item()).toBe(alone.step(alone.x, alone.y).item());
  });

  test("a wrong value is an error, and the next computation works", async () => {
    const x = square(n + 3);
    const at = (i: number): Tensor =>
      x.matmul(x).take(array([i], { dtype: "int32" }).mul(array([1], { dtype: "int32" })), 0);
    await expect(at(n + 3).data()).rejects.toThrow(IndexError);
    expect(await at(1).data()).toHaveLength(at(1).size);
  });

  test("a program of a captured function writes over nothing, and runs in its turn", async () => {
    const length = 1000 * n;
    const [w, g] = [0, 1].map(() => buffer(new Float32Array(length), [length], "float32"));
    const program = wasm.compile([add(w!, mul(g!, g!))], [w!, g!], [[0, 0]]);
    const storageOf = (value: number): Storage =>
      buffer(new Float32Array(length).fill(value), [length], "float32").storage!;
    const inputs = [storageOf(1), storageOf(2)];
    const runs = [program.runAsync!(inputs, [true, false]), program.runAsync!([storageOf(5), inputs[1]!])];
    inputs[0] = storageOf(100);
    const [[a], [b]] = (await Promise.all(runs)) as [Storage[], Storage[]];
    expect([a!.read()[7], b!.read()[length - 1]]).toEqual([5, 9]);
    expect(inputs[0].read()[0]).toBe(100);
  });
});
