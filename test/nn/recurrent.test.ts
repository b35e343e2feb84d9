/** Recurrent layers against PyTorch, and what they refuse. */
import { describe, expect, test } from "vitest";
import {
  array,
  compile,
  DTypeError,
  grad,
  nn,
  ShapeError,
  type Tensor,
  ValueError,
  zeros,
} from "../../src/index.js";
import { casesOf, partings } from "./sequence-golden.js";

type Options = { readonly bidirectional?: boolean };

describe("as PyTorch's: outputs, last states and all gradients", () => {
  test.each(casesOf("rnn", "gru", "lstm"))("$id", async (item) => {
    const [input, hidden, options] = item.arguments as [number, number, Options];
    const lengths = item.extra.lengths as number[] | undefined;
    const more = lengths === undefined ? {} : { lengths };
    const layer = nn[item.layer as "rnn" | "gru" | "lstm"](input, hidden, options);
    const found = await partings(item, layer, ({ x, h, c }) => {
      if (!(layer instanceof nn.LSTM)) return layer.forward(x!, h, more);
      const [output, state] = layer.forward(x!, h && [h, c!], more);
      return [output, ...state];
    });
    expect(found).toEqual([]);
  });
});

test("lengths may be a tensor, in a compiled function too", () => {
  const layer = nn.gru(2, 3, { bidirectional: true });
  const x = array([
    [
      [1, 2],
      [3, 4],
    ],
    [
      [5, 6],
      [7, 8],
    ],
    [
      [9, 8],
      [7, 6],
    ],
  ]) as Tensor;
  const [output, h] = layer.forward(x, undefined, { lengths: [3, 1] });
  const run = compile((x: Tensor, lengths: Tensor) => layer.forward(x, undefined, { lengths }));
  const [again, last] = run(x, array([3, 1], { dtype: "int32" }) as Tensor);
  expect(again.toArray()).toEqual(output.toArray());
  expect(last.toArray()).toEqual(h.toArray());
  expect((output.toArray() as number[][][]).map((step) => step[1]!.every((n) => n === 0))).toEqual([
    false,
    true,
    true,
  ]);
});

test("one tensor as both states, and a first state that comes from the input", () => {
  const layer = nn.lstm(3, 3);
  const x = array([[[0.1, -0.2, 0.3]], [[0.4, 0.5, -0.6]]]) as Tensor;
  const numerically = (f: (x: Tensor) => Tensor): void => {
    const at = x.toArray() as number[][][];
    const found = grad(f)(x).toArray() as number[][][];
    for (const t of [0, 1]) {
      for (const i of [0, 1, 2]) {
        const moved = (by: number): number => {
          const copy = structuredClone(at);
          copy[t]![0]![i]! += by;
          return f(array(copy) as Tensor).item() as number;
        };
        expect(found[t]![0]![i]).toBeCloseTo((moved(0.01) - moved(-0.01)) / 0.02, 3);
      }
    }
  };
  numerically((given) => {
    const first = given.at("0:1") as Tensor;
    return layer.forward(given, [first, first])[0].square().sum() as Tensor;
  });
});

test("derivatives of derivatives", () => {
  const layer = nn.rnn(1, 2);
  const f = (x: Tensor): Tensor => layer.forward(x)[0].pow(3).sum() as Tensor;
  const slope = (x: Tensor): Tensor => grad(f)(x).square().sum() as Tensor;
  const x = array([[0.3], [-0.7], [0.5]]) as Tensor;
  const found = grad(slope)(x).toArray() as number[][];
  for (const t of [0, 1, 2]) {
    const moved = (by: number): number => {
      const copy = x.toArray() as number[][];
      copy[t]![0]! += by;
      return slope(array(copy) as Tensor).item() as number;
    };
    expect(found[t]![0]).toBeCloseTo((moved(0.01) - moved(-0.01)) / 0.02, 3);
  }
});

describe("refused", () => {
  const x = zeros([4, 2, 3]) as Tensor;

  test("settings", () => {
    expect(() => nn.lstm(0, 3)).toThrow(
      new ValueError("lstm: inputSize must be a whole number of at least 1, got 0"),
    );
    expect(() => nn.gru(3, 4, { numLayers: 1.5 })).toThrow(ValueError);
    expect(() => nn.rnn(3, 4, { dropout: 2 })).toThrow("rnn: dropout must be between 0 and 1, got 2");
    expect(() => nn.rnn(3, 4, { nonlinearity: "sigmoid" as "tanh" })).toThrow(ValueError);
  });

  test("inputs", () => {
    expect(() => nn.gru(5, 4).forward(x)).toThrow(
      new ShapeError("gru: expected last dimension 5, got 3 in shape (4,2,3)"),
    );
    expect(() => nn.gru(3, 4).forward(zeros([3]) as Tensor)).toThrow(ShapeError);
    expect(() => nn.gru(3, 4).forward(zeros([0, 2, 3]) as Tensor)).toThrow("has no steps");
    expect(() => nn.gru(3, 4).forward(x.astype("int32") as Tensor)).toThrow(DTypeError);
  });

  test("states and lengths", () => {
    expect(() => nn.lstm(3, 4).forward(x, [zeros([1, 2, 4]), zeros([1, 3, 4])] as [Tensor, Tensor])).toThrow(
      new ShapeError("lstm: the first state c must have shape (1,2,4), got (1,3,4)"),
    );
    expect(() => nn.gru(3, 4).forward(x, zeros([1, 2, 4], { dtype: "float64" }) as Tensor)).toThrow(
      DTypeError,
    );
    expect(() => nn.gru(3, 4).forward(x, undefined, { lengths: [4] })).toThrow(ShapeError);
    expect(() => nn.gru(3, 4).forward(x, undefined, { lengths: [4, 5] })).toThrow(
      new ValueError("gru: a length must be from 1 to 4, got 5"),
    );
  });
});

test("dropout lies between the layers, while learning alone", () => {
  const layer = nn.lstm(3, 4, { numLayers: 2, dropout: 0.5 });
  const x = array([[[1, 2, 3]], [[3, 2, 1]]]) as Tensor;
  const run = (): string => String(layer.forward(x)[0]);
  expect(run()).not.toBe(run());
  layer.eval();
  expect(run()).toBe(run());
});
