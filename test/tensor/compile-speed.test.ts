/** What a call of a compiled function costs besides its program. The device here computes nothing. */
import { afterAll, expect, test } from "vitest";
import { allocate, buffer, forgetNodes, Storage, storageOf } from "../../src/graph/index.js";
import { array, compile, nn, optim, random, type Tensor } from "../../src/index.js";
import { sizeOf } from "../../src/shape/index.js";
import { currentTarget, useTarget } from "../../src/tensor/runtime.js";

const usual = currentTarget();
afterAll(() => useTarget(usual));

const nothing = { read: () => new Float32Array(0) };

/** Nodes are numbered as they are made. */
const nodesMade = (body: () => unknown): number => {
  const number = (): number => buffer(new Uint8Array(0), [0], "bool").id;
  const before = number();
  body();
  return number() - before - 1;
};

test("a call makes no graph: only leaves for what it hands out, and in a small part of the time", () => {
  random.seed(1);
  const model = nn.sequential(nn.linear(2, 4), nn.tanh(), nn.linear(4, 1));
  const parameters = model.parameters();
  const optimizer = optim.sgd(0.1, { momentum: 0.9 })(parameters);
  const [x, y] = [array([0, 1]).reshape([1, 2]), array([[1]])] as [Tensor, Tensor];
  useTarget({
    name: "nothing",
    run(roots) {
      for (const root of roots)
        root.storage = storageOf(root.dtype, allocate(root.dtype, sizeOf(root.shape)));
      return { computed: 0, peakBytes: 0 };
    },
    compile(outputs, _, updates) {
      const replaced = new Map(updates);
      return {
        report: { computed: 0, peakBytes: 0 },
        run: (inputs, mayOverwrite = []) =>
          outputs.map(({ dtype, shape }, i) => {
            const input = replaced.get(i) ?? -1;
            return mayOverwrite[input]
              ? inputs[input]!
              : new Storage(dtype, sizeOf(shape), undefined, nothing);
          }),
      };
    },
  });
  const forward = (): Tensor => nn.mse(model.forward(x as never) as Tensor, y);
  const step = compile(() => {
    const loss = forward();
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    optimizer.zeroGrad();
    return loss;
  });
  const build = (): void => {
    forgetNodes();
    for (const parameter of parameters) parameter.grad = null;
    forward().backward();
  };
  const fastest = (body: () => unknown): number => {
    const times = Array.from({ length: 8 }, () => {
      const begun = performance.now();
      for (let i = 0; i < 200; i++) body();
      return performance.now() - begun;
    });
    return Math.min(...times);
  };
  const [call, graph] = [fastest(step), fastest(build)];
  expect(call, `200 calls: ${call} ms, 200 graphs: ${graph} ms`).toBeLessThan(graph / 5);
  expect(nodesMade(build)).toBeGreaterThan(20);
  // The graphs of `build` have lent the parameters' values, so one step has to put new ones beside them.
  step();
  expect(nodesMade(step)).toBe(1);
});
