/** Groups of parameters with settings of their own, and gradients that are gathered over several batches. */
import { describe, expect, test } from "vitest";
import { array, compile, DTypeError, nn, optim, random, type Tensor, ValueError } from "../../src/index.js";

const parameter = (...values: number[]): Tensor => array(values, { requiresGrad: true }) as Tensor;

describe("groups", () => {
  test("each has its own settings, and what it leaves out from the optimizer", () => {
    const [a, b, c] = [parameter(1), parameter(2, 3), parameter(4)];
    const optimizer = optim.sgd(0.5, { momentum: 0.9 })([
      { params: [a] },
      { params: [b, c], lr: 0.1, weightDecay: 0.2, momentum: 0 },
    ]);
    expect(optimizer.parameters).toEqual([a, b, c]);
    expect(optimizer.groups.map(({ lr }) => lr)).toEqual([0.5, 0.1]);
    expect(optimizer.groups.map(({ options }) => options)).toEqual([
      { momentum: 0.9, dampening: 0, nesterov: false, weightDecay: 0, maximize: false },
      { momentum: 0, dampening: 0, nesterov: false, weightDecay: 0.2, maximize: false },
    ]);
    expect(optimizer.lr).toBe(0.5);
    expect(() => {
      optimizer.lr = 1;
    }).toThrow("set groups[i].lr");
    a.sum().add(b.sum()).add(c.sum()).backward();
    optimizer.step();
    expect(Object.keys(optimizer.stateDict())).toEqual(["0.0"]);
  });

  test("learning rates of all groups change without a new capture, and groups without gradients rest", () => {
    const [a, b, c] = [parameter(10), parameter(10), parameter(10)];
    const optimizer = optim.sgd(1)([{ params: [a] }, { params: [b], lr: 2 }, { params: [c] }]);
    let captures = 0;
    const step = compile(() => {
      captures++;
      optimizer.zeroGrad();
      a.sum().add(b.sum()).backward();
      optimizer.step();
    });
    for (const factor of [1, 0.5, 0.25]) {
      optimizer.groups[0]!.lr = factor;
      optimizer.groups[1]!.lr = 2 * factor;
      step();
    }
    expect(captures).toBe(1);
    expect([a, b, c].map((tensor) => tensor.item())).toEqual([8.25, 6.5, 10]);
  });

  test("maximize of one group alone", () => {
    const [up, down] = [parameter(0), parameter(0)];
    const optimizer = optim.adam(1)([{ params: [up], maximize: true }, { params: [down] }]);
    up.sum().add(down.sum()).backward();
    optimizer.step();
    expect([up.item(), down.item()]).toEqual([expect.closeTo(1, 5), expect.closeTo(-1, 5)]);
  });

  test("a dampened momentum starts anew for parameters that join later", () => {
    const [a, b] = [parameter(0), parameter(0)];
    const optimizer = optim.sgd(1)([{ params: [a], momentum: 0.5, dampening: 0.5 }, { params: [b] }]);
    const [both, alone] = [
      compile(() => {
        optimizer.zeroGrad();
        a.sum().add(b.sum()).backward();
        optimizer.step();
      }),
      compile(() => {
        optimizer.zeroGrad();
        b.sum().backward();
        optimizer.step();
      }),
    ];
    alone();
    both();
    both();
    // b = 1 at first, then 0.5 + 0.5
    expect([a.item(), b.item()]).toEqual([-2, -3]);
  });

  test("what is refused", () => {
    const a = parameter(1);
    const make = (list: unknown) => () => optim.adam(0.1)(list as Tensor[]);
    expect(make([{ params: [a] }, { params: [a] }])).toThrow(ValueError);
    expect(make([{ params: [] }])).toThrow(ValueError);
    expect(make([{ params: [a], weight_decay: 1 }])).toThrow(
      "a group has weight_decay; it may have params, lr, betas",
    );
    expect(make([{ params: [a], lr: -1 }])).toThrow(ValueError);
    expect(make([{ params: [a], betas: [2, 0] }])).toThrow(ValueError);
    expect(make([{ params: [array([1])] }])).toThrow(ValueError);
    expect(make([{ params: a }])).toThrow(DTypeError);
    expect(make([a, { params: [parameter(2)] }])).toThrow(DTypeError);
    expect(make(a)).toThrow(DTypeError);
    expect(() => {
      optim.sgd(0.1)([a]).groups[0]!.momentum = 0.9;
    }).toThrow(ValueError);
  });
});

/** A network, and data of eight samples. */
function regression() {
  random.seed(7);
  const model = nn.sequential(nn.linear(3, 4), nn.tanh(), nn.linear(4, 2));
  const [x, y] = [random.normal([8, 3]), random.normal([8, 2])];
  return { model, x: x as Tensor, y: y as Tensor, optimizer: optim.adam(0.05)(model.parameters()) };
}

type Regression = ReturnType<typeof regression>;

const weights = ({ model }: Regression): number[] =>
  model.parameters().flatMap((tensor) => [...(tensor.dataSync() as Float32Array)]);

describe("accumulation: backward adds to .grad, and a step takes it all", () => {
  function whole(): number[] {
    const all = regression();
    for (let i = 0; i < 5; i++) {
      all.optimizer.zeroGrad();
      nn.mse(all.model.forward(all.x as never) as Tensor, all.y).backward();
      all.optimizer.step();
    }
    return weights(all);
  }

  function inParts(compiled: boolean): number[] {
    const all = regression();
    const gather = (x: Tensor, y: Tensor): void => {
      nn.mse(all.model.forward(x as never) as Tensor, y)
        .div(4)
        .backward();
    };
    const update = (): void => {
      all.optimizer.step();
      all.optimizer.zeroGrad();
    };
    const [gathered, updated] = compiled ? [compile(gather), compile(update)] : [gather, update];
    for (let i = 0; i < 5; i++) {
      for (const part of ["0:2", "2:4", "4:6", "6:8"])
        gathered(all.x.at(part) as Tensor, all.y.at(part) as Tensor);
      updated();
      expect(all.model.parameters().every(({ grad }) => grad === null)).toBe(true);
    }
    return weights(all);
  }

  test("four quarters of a batch are the batch, plain and compiled", () => {
    const [expected, plain, compiled] = [whole(), inParts(false), inParts(true)];
    plain.forEach((value, i) => {
      expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5 * Math.abs(expected[i]!) + 1e-6);
    });
    expect(compiled).toEqual(plain);
  });
});
