/** Attention against PyTorch, its memory, and what it refuses. */
import { describe, expect, test } from "vitest";
import {
  array,
  compile,
  DTypeError,
  lastRun,
  nn,
  ones,
  random,
  ShapeError,
  type Tensor,
  ValueError,
  zeros,
} from "../../src/index.js";
import type { GoldenArray } from "../goldens/golden.js";
import { casesOf, partings, tensorOf } from "./sequence-golden.js";

class Nothing extends nn.Module {}

const maskOf = (given: unknown): Tensor | null =>
  given === undefined ? null : tensorOf(given as GoldenArray);

describe("as PyTorch's: outputs, weights and all gradients", () => {
  test.each(casesOf("attention"))("$id", async (item) => {
    const { causal, scale, mask } = item.extra as {
      causal: boolean;
      scale: number | null;
      mask?: GoldenArray;
    };
    const options = { isCausal: causal, ...(scale !== null && { scale }) };
    const found = await partings(item, new Nothing(), (inputs) => [
      nn.scaledDotProductAttention(inputs.query!, inputs.key!, inputs.value!, {
        ...options,
        attnMask: inputs.mask ?? maskOf(mask),
      }),
    ]);
    expect(found).toEqual([]);
  });

  test.each(casesOf("multihead"))("$id", async (item) => {
    const layer = nn.multiheadAttention(...(item.arguments as [number, number, nn.MultiheadOptions]));
    const { keyPaddingMask, attnMask } = item.extra;
    const masks = { keyPaddingMask: maskOf(keyPaddingMask), attnMask: maskOf(attnMask) };
    const found = await partings(item, layer, ({ query, key, value }) =>
      layer.forward(query!, key ?? query!, value ?? query!, masks),
    );
    expect(found).toEqual([]);
  });
});

test("causal without a mask, and with the mask that says the same", () => {
  const layer = nn.multiheadAttention(4, 2, { batchFirst: true });
  const x = random.normal([2, 5, 4]).realize() as Tensor;
  const later = array([0, 1, 2, 3, 4].map((i) => [0, 1, 2, 3, 4].map((j) => j > i))) as Tensor;
  const [a, weights] = layer.forward(x, x, x, { isCausal: true });
  const [b, others] = layer.forward(x, x, x, { attnMask: later });
  expect(a.toArray()).toEqual(b.toArray());
  expect(weights.toArray()).toEqual(others.toArray());
});

test("a query that looks at nothing gets zeros, and derivatives without NaN", () => {
  const x = random.normal([1, 3, 2]).realize() as Tensor;
  x.requiresGrad = true;
  const mask = array([
    [true, true, false],
    [false, false, false],
    [true, false, false],
  ]) as Tensor;
  const y = nn.scaledDotProductAttention(x, x, x, { attnMask: mask });
  expect((y.toArray() as number[][][])[0]![1]).toEqual([0, 0]);
  y.sum().backward();
  expect((x.grad!.toArray() as number[][][]).flat(2).every(Number.isFinite)).toBe(true);
});

test("by blocks: the bits of one piece, and memory that grows with the length alone", () => {
  const peakOf = (length: number): number => {
    const [q, k, v] = [1, 2, 3].map(() => {
      const x = random.normal([2, length, 8]).realize() as Tensor;
      x.requiresGrad = true;
      return x;
    }) as [Tensor, Tensor, Tensor];
    const step = compile(() => {
      q.grad = k.grad = v.grad = null;
      nn.scaledDotProductAttention(q, k, v, { isCausal: true }).square().sum().backward();
      return [q.grad!, k.grad!, v.grad!] as Tensor[];
    });
    for (const gradient of step()) gradient.dataSync();
    return lastRun()!.peakBytes!;
  };
  const [short, long] = [peakOf(1024), peakOf(3072)];
  // Nine times as much where all weights are kept at once.
  expect(long / short).toBeLessThan(3.6);
});

test("in one piece and by blocks: the same bits", () => {
  const x = random.normal([700, 4]).realize() as Tensor;
  const rows = 600;
  const whole = nn.scaledDotProductAttention(x, x, x).toArray() as number[][];
  const some = nn.scaledDotProductAttention(x.at(`0:${rows - 200}`) as Tensor, x, x).toArray() as number[][];
  expect(whole.slice(0, rows - 200)).toEqual(some);
});

test("dropout leaves out its share, differently each time, and the mean stays", () => {
  const x = ones([1, 600, 4]) as Tensor;
  const run = (): number[] => [
    ...(nn.scaledDotProductAttention(x, x, x, { dropoutP: 0.25 }).dataSync() as Float32Array),
  ];
  const [first, second] = [run(), run()];
  expect(first).not.toEqual(second);
  const mean = first.reduce((a, b) => a + b) / first.length;
  expect(Math.abs(mean - 1)).toBeLessThan(0.01);
});

test("dropout by blocks: derivatives are of what was computed", () => {
  const q = random.normal([1, 600, 2]).realize() as Tensor;
  const v = random.normal([1, 600, 2]).realize() as Tensor;
  v.requiresGrad = true;
  // The output is linear in v, so v . d(sum output)/dv is the sum of the output.
  const y = nn.scaledDotProductAttention(q, q, v, { dropoutP: 0.5, isCausal: true });
  y.sum().backward();
  const expected = Number(y.sum().item());
  const found = Number((v.grad as Tensor).mul(v.detach()).sum().item());
  expect(Math.abs(found - expected)).toBeLessThan(1e-3 * Math.abs(expected) + 1e-3);
});

describe("refused", () => {
  const x = zeros([2, 3, 4]) as Tensor;

  test("operands", () => {
    expect(() => nn.scaledDotProductAttention(x, zeros([2, 3, 5]) as Tensor, x)).toThrow(
      new ShapeError(
        "scaledDotProductAttention: queries of size 4 and keys of size 5 have no products (shapes (2,3,4) and (2,3,5))",
      ),
    );
    expect(() => nn.scaledDotProductAttention(x, x, zeros([2, 4, 4]) as Tensor)).toThrow(
      "there are 3 keys and 4 values",
    );
    expect(() => nn.scaledDotProductAttention(x, x, zeros([3, 3, 4]) as Tensor)).toThrow(ShapeError);
    expect(() => nn.scaledDotProductAttention(x.astype("int32") as Tensor, x, x)).toThrow(DTypeError);
    expect(() => nn.scaledDotProductAttention(x, x, x, { dropoutP: -1 })).toThrow(ValueError);
  });

  test("masks", () => {
    expect(() => nn.scaledDotProductAttention(x, x, x, { attnMask: ones([2, 2]) as Tensor })).toThrow(
      new ShapeError(
        "scaledDotProductAttention: a mask of shape (2,2) does not fit products of shape (2,3,3)",
      ),
    );
    const layer = nn.multiheadAttention(4, 2, { batchFirst: true });
    expect(() => layer.forward(x, x, x, { attnMask: ones([2, 2]) as Tensor })).toThrow(
      new ShapeError("multiheadAttention: attnMask must have shape (3,3) or (4,3,3), got (2,2)"),
    );
    expect(() =>
      layer.forward(x, x, x, { keyPaddingMask: ones([2, 3], { dtype: "int32" }) as Tensor }),
    ).toThrow(DTypeError);
  });

  test("settings", () => {
    expect(() => nn.multiheadAttention(5, 2)).toThrow(
      new ValueError("multiheadAttention: 5 features do not divide into 2 heads; choose sizes that do"),
    );
    expect(() => nn.multiheadAttention(4, 0)).toThrow(ValueError);
    expect(() => nn.multiheadAttention(4, 2).forward(x, zeros([3, 4]) as Tensor, x)).toThrow(ShapeError);
  });
});
