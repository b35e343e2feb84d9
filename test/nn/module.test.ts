/** Modules: state dicts, hooks, summaries, and what layers refuse. */
import { describe, expect, it, test } from "vitest";
import {
  array,
  compile,
  DTypeError,
  FormatError,
  grad,
  IndexError,
  nn,
  ones,
  random,
  ShapeError,
  type Tensor,
  ValueError,
  zeros,
} from "../../src/index.js";

describe("loadStateDict", () => {
  const state = (): Record<string, Tensor> => ({
    "0.weight": random.normal([3, 2]),
    "1.weight": ones([1, 4]),
    "1.bias": zeros([1]),
    extra: ones([1]),
  });

  it("names all that does not fit in one message, and changes nothing", () => {
    const model = nn.sequential(nn.linear(2, 3), nn.linear(3, 1));
    const before = String(model.stateDict()["0.weight"]);
    const failing = () => model.loadStateDict(state());
    expect(failing).toThrow(FormatError);
    expect(failing).toThrow(
      "loadStateDict: the names do not match; missing: 0.bias; unexpected: extra; misshapen: 1.weight has shape (1,3), the state dict has (1,4); with { strict: false } what fits is loaded",
    );
    expect(String(model.stateDict()["0.weight"])).toBe(before);
    const { "0.bias": bias } = model.stateDict();
    const { extra: _, ...rest } = state();
    expect(() => model.loadStateDict({ ...rest, "0.bias": bias! })).toThrow(ShapeError);
  });

  it("takes over what fits where it is not strict, and says what did not", () => {
    const model = nn.sequential(nn.linear(2, 3), nn.linear(3, 1));
    const given = state();
    const bias = String(model.stateDict()["0.bias"]);
    expect(model.loadStateDict(given, { strict: false })).toEqual({
      missing: ["0.bias"],
      unexpected: ["extra"],
      misshapen: [{ name: "1.weight", expected: [1, 3], found: [1, 4] }],
    });
    const now = model.stateDict();
    expect(String(now["0.weight"])).toBe(String(given["0.weight"]));
    expect(String(now["0.bias"])).toBe(bias);
  });

  it("casts whole numbers only where they stay what they are", () => {
    const norm = nn.batchNorm1d(2);
    const with_ = (counter: Tensor) => ({ ...norm.stateDict(), num_batches_tracked: counter });
    norm.loadStateDict(with_(array(7, { dtype: "float64" }) as Tensor));
    expect(norm.numBatchesTracked!.dtype).toBe("int32");
    expect(norm.numBatchesTracked!.item()).toBe(7);
    norm.loadStateDict(with_(array(true) as Tensor));
    expect(norm.numBatchesTracked!.item()).toBe(1);
    for (const wrong of [7.5, 2 ** 31, Number.NaN])
      expect(() => norm.loadStateDict(with_(array(wrong, { dtype: "float64" }) as Tensor))).toThrow(
        "loadStateDict: num_batches_tracked is int32, and the float64 value",
      );
    const large = { weight: array([[2 ** 24 + 1]], { dtype: "int32" }) as Tensor };
    expect(() => nn.linear(1, 1, { bias: false }).loadStateDict(large)).toThrow(FormatError);
  });
});

describe("hooks", () => {
  it("see each output in order, may replace it, and go again", () => {
    const model = nn.sequential(nn.linear(2, 3), nn.relu());
    const seen: string[] = [];
    const first = model.registerForwardHook((_, x, y) => void seen.push(`a ${x.shape} ${y.shape}`));
    const second = model.registerForwardHook((_, __, y) => y.mul(0) as Tensor);
    const third = model.layers[0]!.registerForwardHook(
      (module, _, y) => void seen.push(`${module.constructor.name} ${y.shape}`),
    );
    const x = ones([4, 2]);
    expect(model.forward(x).sum().item()).toBe(0);
    expect(seen).toEqual(["Linear 4,3", "a 4,2 4,3"]);
    second.remove();
    third.remove();
    third.remove();
    expect(String(model.forward(x))).not.toBe(String(zeros([4, 3])));
    first.remove();
    model.forward(x);
    expect(seen.length).toBe(3);
    expect(Object.keys(model.stateDict())).toEqual(["0.weight", "0.bias"]);
  });

  it("work on modules of one's own, with several inputs and outputs", () => {
    const lstm = nn.lstm(2, 3);
    const shapes: unknown[] = [];
    lstm.registerForwardHook(
      (_, x: Tensor, [y]: [Tensor, unknown]) => void shapes.push([...x.shape], [...y.shape]),
    );
    lstm.forward(zeros([5, 1, 2]));
    expect(shapes).toEqual([
      [5, 1, 2],
      [5, 1, 3],
    ]);
  });

  it("are called while a function is captured, and what they make is part of it", () => {
    const model = nn.sequential(nn.linear(2, 2), nn.tanh());
    let calls = 0;
    let inner: Tensor | undefined;
    model.layers[0]!.registerForwardHook((_, __, y) => {
      calls++;
      inner = y;
    });
    const step = compile((x: Tensor) => [model.forward(x as never) as Tensor, inner!]);
    const results = [1, 2, 3].map((k) => step(ones([1, 2]).mul(k) as Tensor).map((t) => t.toArray()));
    expect(calls).toBe(1);
    const last = model.layers[0]!.forward(ones([1, 2]).mul(3) as never) as Tensor;
    expect(results[2]![1]).toEqual(last.toArray());
  });
});

describe("summary", () => {
  class Net extends nn.Module {
    readonly body = nn.residual(nn.sequential(nn.batchNorm1d(4), nn.linear(4, 4, { bias: false })));
    readonly unused = nn.linear(4, 2);
    readonly scale = nn.linear(4, 1).weight;
    forward(x: Tensor) {
      return [this.body.forward(x as never) as Tensor, x];
    }
  }

  it("tells the shapes and numbers of a network of one's own, and leaves it as it was", () => {
    const model = new Net();
    model.body.layer.eval();
    const state = random.getState();
    const before = String(model.stateDict()["body.layer.0.running_mean"]);
    const { rows, total, trainable, bytes } = nn.summary(model, [-1, 4]);
    expect(
      rows.map(({ name, kind, outputShape, parameters }) => [name, kind, outputShape, parameters]),
    ).toEqual([
      ["", "Net", [-1, 4], 4],
      ["body", "residual", [-1, 4], 0],
      ["body.layer", "sequential", [-1, 4], 0],
      ["body.layer.0", "batchNorm1d", [-1, 4], 8],
      ["body.layer.1", "linear", [-1, 4], 16],
      ["unused", "linear", null, 10],
    ]);
    expect([total, trainable, bytes]).toEqual([47, 38, 47 * 4]);
    expect(model.body.training).toBe(true);
    expect(model.body.layer.training).toBe(false);
    expect(random.getState()).toEqual(state);
    expect(String(model.stateDict()["body.layer.0.running_mean"])).toBe(before);
    expect(Object.hasOwn(model.unused, "forward")).toBe(false);
  });

  it("goes through images and whole numbers, and refuses what does not fit", () => {
    const cnn = nn.sequential(nn.conv2d(1, 8, 3), nn.maxPool2d(2), nn.flatten(), nn.linear(8 * 13 * 13, 10));
    expect(nn.summary(cnn, [-1, 1, 28, 28]).rows.at(1)!.outputShape).toEqual([-1, 8, 26, 26]);
    const words = nn.sequential(nn.embedding(10, 4), nn.flatten());
    expect(nn.summary(words, [2, 5], { dtype: "int32" }).rows.at(-1)!.outputShape).toEqual([2, 20]);
    expect(() => nn.summary(cnn, [1, 2, 28, 28])).toThrow(ShapeError);
    expect(cnn.forward(zeros([1, 1, 28, 28])).shape).toEqual([1, 10]);
  });
});

describe("embedding", () => {
  it("keeps the padding row as it is", () => {
    const layer = nn.embedding(4, 2, { paddingIdx: -3 });
    expect(layer.paddingIdx).toBe(1);
    expect((layer.weight.at(1) as Tensor).toArray()).toEqual([0, 0]);
  });

  it("refuses floats, and rows that are not there", () => {
    const layer = nn.embedding(4, 2);
    expect(() => layer.forward(array([1, 2]))).toThrow(DTypeError);
    expect(() => layer.forward(array([4], { dtype: "int32" })).toArray()).toThrow(IndexError);
  });
});

describe("dropout", () => {
  it("leaves out as many as it says, keeps the mean, and draws the same for the same seed", () => {
    const x = ones([20000]);
    random.seed(3);
    const y = nn.dropout(0.25).forward(x);
    const kept = (y.gt(0).astype("float32").mean() as Tensor).item() as number;
    expect(Math.abs(kept - 0.75)).toBeLessThan(0.015);
    expect(Math.abs((y.max() as Tensor).item() as number)).toBeCloseTo(4 / 3, 6);
    random.seed(3);
    expect(String(nn.dropout(0.25).forward(x).sum())).toBe(String(y.sum()));
  });

  it("of channels leaves out whole ones", () => {
    random.seed(1);
    const y = nn.dropout2d(0.5).forward(ones([8, 8, 3, 3]));
    const sums = (y.sum([2, 3]) as Tensor).toArray() as number[][];
    expect(new Set(sums.flat())).toEqual(new Set([0, 18]));
  });

  it("for selu keeps mean and variance", () => {
    random.seed(2);
    const y = nn.alphaDropout(0.3).forward(random.normal([40000]));
    expect(Math.abs(y.mean().item() as number)).toBeLessThan(0.03);
    expect(Math.abs((y.var().item() as number) - 1)).toBeLessThan(0.05);
  });

  it("of everything gives zeros, and passes the derivative where it passes values", () => {
    expect(
      nn
        .dropout(1)
        .forward(array([1, 2]))
        .toArray(),
    ).toEqual([0, 0]);
    random.seed(4);
    const layer = nn.dropout(0.5);
    const slope = grad((x: Tensor) => layer.forward(x).sum() as Tensor)(ones([50]) as Tensor);
    expect(new Set(slope.toArray() as number[])).toEqual(new Set([0, 2]));
  });
});

test.each<[string, () => unknown, RegExp]>([
  [
    "a kernel of the wrong rank",
    () => nn.conv2d(1, 1, [3, 3, 3]),
    /conv2d: the kernel must be a number or a list of 2/,
  ],
  [
    "groups that do not divide",
    () => nn.conv1d(3, 4, 2, { groups: 2 }),
    /3 and 4 channels do not divide into 2 groups/,
  ],
  [
    "same with a stride",
    () => nn.conv2d(1, 1, 3, { padding: "same", stride: 2 }),
    /padding "same" needs stride 1/,
  ],
  [
    "an unknown padding",
    () => nn.conv2d(1, 1, 3, { padding: "full" as "same" }),
    /must be a number, a list, "same" or/,
  ],
  [
    "an unknown mode",
    () => nn.conv2d(1, 1, 3, { paddingMode: "mirror" as "reflect" }),
    /paddingMode must be "zeros"/,
  ],
  [
    "a stride of 0",
    () => nn.convTranspose2d(1, 1, 3, { stride: 0 }),
    /stride must be integers of at least 1/,
  ],
  [
    "much output padding",
    () => nn.convTranspose1d(1, 1, 3, { stride: 2, outputPadding: 2 }),
    /outputPadding must be smaller/,
  ],
  ["a window of 0", () => nn.maxPool2d(0), /the kernel must be integers of at least 1/],
  ["wide padding", () => nn.avgPool1d(3, { padding: 2 }), /padding must be at most half/],
  [
    "an adaptive size of 0",
    () => nn.adaptiveAvgPool2d([0, 1]),
    /output size must be a whole number of at least 1/,
  ],
  ["no channels", () => nn.batchNorm2d(0), /batchNorm2d: features must be a whole number of at least 1/],
  [
    "a momentum above 1",
    () => nn.batchNorm1d(2, { momentum: 2 }),
    /momentum must be between 0 and 1, or null/,
  ],
  ["an empty shape", () => nn.layerNorm([]), /the normalised shape must have at least one axis/],
  ["groups of channels", () => nn.groupNorm(2, 5), /5 channels do not divide into 2 groups/],
  ["a probability above 1", () => nn.dropout(1.5), /dropout: p must be between 0 and 1, got 1.5/],
  [
    "a padding row that is none",
    () => nn.embedding(3, 2, { paddingIdx: 3 }),
    /paddingIdx must be one of the 3 rows/,
  ],
  ["no size and no factor", () => nn.upsample({}), /give either size or scaleFactor/],
  [
    "aligned corners of nothing",
    () => nn.upsample({ size: 3, alignCorners: true }),
    /alignCorners goes with/,
  ],
  ["sizes with two unknown", () => nn.unflatten(1, [-1, -1]), /at most one of them -1/],
  [
    "one value per channel",
    () => nn.batchNorm1d(2).forward(ones([1, 2])),
    /learning needs more than 1 value per channel/,
  ],
])("refuses %s", (_, make, words) => {
  expect(make).toThrow(ValueError);
  expect(make).toThrow(words);
});
