/** What a newcomer gets wrong is an error that says what to do; and corners where a plain formula would be wrong. */
import { describe, expect, test } from "vitest";
import {
  array,
  DTypeError,
  nn,
  noGrad,
  ones,
  optim,
  ShapeError,
  type Tensor,
  ValueError,
  zeros,
} from "../../src/index.js";

/** A function as a program without types calls it. */
const untyped = (f: unknown) => f as (...given: unknown[]) => unknown;

describe("options that are not known", () => {
  const cases: [words: string, attempt: () => unknown][] = [
    [
      'conv2d: no option "stide"; the options are stride, padding',
      () => untyped(nn.conv2d)(1, 2, 3, { stide: 2 }),
    ],
    ["conv2d: no option 2; the options", () => untyped(nn.conv2d)(1, 2, 3, 2)],
    [
      'convTranspose1d: no option "paddingMode"',
      () => untyped(nn.convTranspose1d)(1, 2, 3, { paddingMode: "zeros" }),
    ],
    ['maxPool2d: no option "strid"', () => untyped(nn.maxPool2d)(2, { strid: 2 })],
    ['avgPool1d: no option "dilation"', () => untyped(nn.avgPool1d)(2, { dilation: 2 })],
    [
      'avgPool2d: no option "dilation"',
      () => untyped(nn.functional.avgPool2d)(ones([1, 1, 4, 4]), 2, { dilation: 2 }),
    ],
    ['upsample: no option "mod"', () => untyped(nn.upsample)({ scaleFactor: 2, mod: "bilinear" })],
    [
      'conv1d: no option "stide"',
      () => untyped(nn.functional.conv1d)(ones([1, 1, 4]), ones([1, 1, 2]), null, { stide: 2 }),
    ],
    [
      'convTranspose1d: no option "paddingMode"',
      () =>
        untyped(nn.functional.convTranspose1d)(ones([1, 1, 4]), ones([1, 1, 2]), null, {
          paddingMode: "zeros",
        }),
    ],
    ['gru: no option "nonlinearity"', () => untyped(nn.gru)(2, 3, { nonlinearity: "relu" })],
    ['lstm: no option "batch_first"', () => untyped(nn.lstm)(2, 3, { batch_first: true })],
    [
      'scaledDotProductAttention: no option "causal"',
      () => untyped(nn.scaledDotProductAttention)(ones([2, 3]), ones([2, 3]), ones([2, 3]), { causal: true }),
    ],
    [
      'optim: no option "momentun"; the options are momentum, dampening',
      () => (untyped(optim.sgd)(0.1, { momentun: 0.9 }) as (p: unknown) => unknown)([ones([1])]),
    ],
    [
      'optim: no option "beta"',
      () => (untyped(optim.adamw)(0.1, { beta: 0.9 }) as (p: unknown) => unknown)([ones([1])]),
    ],
  ];
  test.each(cases)("%s", (words, attempt) => {
    expect(attempt).toThrow(ValueError);
    expect(attempt).toThrow(words);
  });

  test("adamw keeps its own weight decay where undefined is given", () => {
    const w = array([2], { requiresGrad: true });
    const optimizer = optim.adamw(0.5, { weightDecay: undefined } as never)([w as Tensor]);
    w.mul(0).sum().backward();
    optimizer.step();
    expect(w.toArray()[0]).toBeCloseTo(2 * (1 - 0.5 * 0.01), 6);
  });
});

describe("weights of other shapes than the input needs", () => {
  const { functional: F } = nn;
  const x = ones([2, 3, 4]) as Tensor;
  const cases: [words: string, attempt: () => unknown][] = [
    ["linear: the weight must have shape (out, in), got (4,)", () => F.linear(x, ones([4]) as Tensor)],
    [
      "linear: the weight must have shape (out, in), got (5,4,1)",
      () => F.linear(x, ones([5, 4, 1]) as Tensor),
    ],
    [
      "linear: the bias must have shape (5,), got (2,3,5)",
      () => F.linear(x, ones([5, 4]) as Tensor, ones([2, 3, 5]) as Tensor),
    ],
    [
      "bilinear: the bias must have shape (5,), got (1,)",
      () => F.bilinear(x, x, ones([5, 4, 4]) as Tensor, ones([1]) as Tensor),
    ],
    [
      "conv1d: the bias must have shape (5,), got (1,)",
      () => F.conv1d(x, ones([5, 3, 2]) as Tensor, ones([1]) as Tensor),
    ],
    [
      "convTranspose1d: the bias must have shape (6,), got (5,)",
      () =>
        F.convTranspose1d(ones([2, 4, 4]) as Tensor, ones([4, 3, 2]) as Tensor, ones([5]) as Tensor, {
          groups: 2,
        }),
    ],
    [
      "layerNorm: the weight must have shape (4,), got (3,)",
      () => F.layerNorm(x, 4, { weight: ones([3]) as Tensor }),
    ],
    [
      "rmsNorm: the weight must have shape (3,4), got (12,)",
      () => F.rmsNorm(x, [3, 4], { weight: ones([12]) as Tensor }),
    ],
    [
      "groupNorm: the bias must have shape (3,), got (4,)",
      () => F.groupNorm(x, 3, { bias: ones([4]) as Tensor }),
    ],
    [
      "batchNorm: the weight must have shape (3,), got (4,)",
      () => F.batchNorm(x, zeros([3]) as Tensor, ones([3]) as Tensor, { weight: ones([4]) as Tensor }),
    ],
    [
      "batchNorm: the running variance must have shape (3,), got (4,)",
      () => F.batchNorm(x, zeros([3]) as Tensor, ones([4]) as Tensor),
    ],
    [
      "instanceNorm: the bias must have shape (3,), got (1,)",
      () => F.instanceNorm(x, null, null, { bias: ones([1]) as Tensor }),
    ],
    [
      "multiheadAttention: queries, keys and values must have one batch size; got (1,2,4), (3,2,4), (3,2,4)",
      () => {
        const keys = ones([3, 2, 4]) as Tensor;
        return nn
          .multiheadAttention(4, 2, { batchFirst: true })
          .forward(ones([1, 2, 4]) as Tensor, keys, keys);
      },
    ],
  ];
  test.each(cases)("%s", (words, attempt) => {
    expect(attempt).toThrow(ShapeError);
    expect(attempt).toThrow(words);
  });
});

describe("what is no layer, no tensor, or of another dtype", () => {
  const cases: [words: string, kind: new (...given: never[]) => Error, attempt: () => unknown][] = [
    [
      "sequential: layer 1 must be a layer, such as nn.relu()",
      ValueError,
      () => untyped(nn.sequential)(nn.linear(2, 3), nn.relu),
    ],
    [
      "sequential: layer 0 must be a layer; put this into a Module of your own",
      ValueError,
      () => untyped(nn.sequential)(nn.lstm(2, 3)),
    ],
    ["sequential: layer 0 must be a layer", ValueError, () => untyped(nn.sequential)([nn.relu()])],
    ["residual: what it goes around must be a layer", ValueError, () => untyped(nn.residual)()],
    [
      "forward: the input must be a tensor; array(...) makes one",
      DTypeError,
      () => nn.linear(2, 3).forward([1, 2] as never),
    ],
    [
      "transformerEncoder: give a function that makes a layer, such as () => nn.transformerEncoderLayer(512, 8)",
      ValueError,
      () => untyped(nn.transformerEncoder)(nn.transformerEncoderLayer(4, 2), 2),
    ],
    [
      'crossEntropy: labels must be integers, got float32; astype("int32") makes them',
      DTypeError,
      () => nn.crossEntropy(ones([2, 3]) as Tensor, array([0, 1]) as Tensor),
    ],
    [
      'lstm: the input must be float32 as the weights are, got float64; convert it with astype("float32")',
      DTypeError,
      () => nn.lstm(2, 3).forward(ones([4, 1, 2], { dtype: "float64" }) as Tensor),
    ],
    [
      "gru: a length must be from 1 to 4, got 0",
      ValueError,
      () =>
        nn.gru(2, 3).forward(ones([4, 2, 2]) as Tensor, undefined, {
          lengths: array([3, 0], { dtype: "int32" }) as Tensor,
        }),
    ],
    [
      "multiheadAttention: the key must be a tensor",
      DTypeError,
      () =>
        untyped((x: Tensor) =>
          untyped((q: unknown) =>
            nn.multiheadAttention(4, 2).forward(q as Tensor, undefined as never, q as Tensor),
          )(x),
        )(ones([2, 1, 4])),
    ],
    [
      "loadStateDict: it takes a record of tensors; toTensors makes one",
      DTypeError,
      () => untyped((state: never) => nn.linear(2, 1).loadStateDict(state))(new Map([["weight", {}]])),
    ],
    [
      "loadStateDict: it takes a record of tensors; toTensors makes one",
      DTypeError,
      () => untyped((state: never) => nn.linear(2, 1).loadStateDict(state))({ weight: [[1, 2]] }),
    ],
  ];
  test.each(cases)("%s", (words, kind, attempt) => {
    expect(attempt).toThrow(kind);
    expect(attempt).toThrow(words);
  });
});

test("oneCycleLR asks for a momentum, and leaves an optimizer without one as it was", () => {
  const optimizer = optim.sgd(0.1)([array([1], { requiresGrad: true }) as Tensor]);
  const attempt = () => optim.oneCycleLR({ maxLr: 1, totalSteps: 10 })(optimizer);
  expect(attempt).toThrow(ValueError);
  expect(attempt).toThrow("give it one, or say cycleMomentum: false");
  expect([optimizer.lr, optimizer.groups[0]!.initialLr]).toEqual([0.1, undefined]);
});

test("multiStepLR asks for a list of milestones", () => {
  expect(() => optim.multiStepLR({ milestones: 3 } as never)).toThrow(
    "multiStepLR: milestones must be a list, got a number",
  );
});

test("ctc refuses lengths that are not whole", () => {
  const scores = ones([4, 1, 3]) as Tensor;
  const targets = array([[1, 2]], { dtype: "int32" }) as Tensor;
  expect(() => nn.ctc(scores, targets, [3.5], [2])).toThrow("ctc: a length must be a whole number, got 3.5");
});

test("bceWithLogits keeps the small losses of sure and right answers", () => {
  const losses = nn.bceWithLogits(array([15, -15, 30]) as Tensor, array([1, 0, 1]) as Tensor, {
    reduction: "none",
  });
  const exact = [15, 15, 30].map((x) => Math.log1p(Math.exp(-x)));
  const ratios = (losses.toArray() as number[]).map((loss, i) => loss / exact[i]!);
  for (const ratio of ratios) expect(ratio).toBeCloseTo(1, 5);
});

test("tripletMargin measures by the largest difference with p Infinity", () => {
  const [a, p, n] = [[[0, 0]], [[1, 3]], [[2, 1]]].map((rows) => array(rows) as Tensor);
  expect(nn.tripletMargin(a!, p!, n!, { p: Infinity, margin: 1, eps: 0 }).item()).toBe(2);
});

describe("a scaleFactor that leaves a size as it is", () => {
  const up = (shape: number[], options: Parameters<typeof nn.functional.upsample>[1]) => {
    const size = shape.reduce((a, b) => a * b);
    const x = array(Array.from({ length: size }, (_, i) => i)).reshape([1, 1, ...shape]) as Tensor;
    return noGrad(() => (nn.functional.upsample(x, options).ravel() as Tensor).toArray());
  };

  test("nearest takes the element at floor(i / scale)", () => {
    expect(up([2], { scaleFactor: 1.3 })).toEqual([0, 0]);
    expect(up([3], { scaleFactor: 1.3 })).toEqual([0, 0, 1]);
    expect(up([2, 3, 1], { scaleFactor: [1.3, 1, 1] })).toEqual([0, 1, 2, 0, 1, 2]);
  });

  test("nearest copies an axis of a picture that stays or doubles", () => {
    expect(up([2, 3], { scaleFactor: 1.3 })).toEqual([0, 1, 2, 3, 4, 5]);
    expect(up([2, 2], { scaleFactor: [1.3, 2] })).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect(up([1, 3], { scaleFactor: [1, 2.1] })).toEqual([0, 0, 1, 1, 2, 2]);
    expect(up([3], { scaleFactor: 2.1 })).toEqual([0, 0, 0, 1, 1, 2]);
  });

  test("linear and bilinear leave an axis whose size stays", () => {
    expect(up([2], { scaleFactor: 1.3, mode: "linear" })).toEqual([0, 1]);
    expect(up([2, 2], { scaleFactor: [1.3, 2], mode: "bilinear" })).toEqual([
      0, 0.25, 0.75, 1, 2, 2.25, 2.75, 3,
    ]);
  });
});
