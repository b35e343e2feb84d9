/** Transformer layers against PyTorch, and what they refuse. */
import { describe, expect, test } from "vitest";
import { compile, nn, random, ShapeError, type Tensor, ValueError, zeros } from "../../src/index.js";
import type { GoldenArray } from "../goldens/golden.js";
import { casesOf, partings, type SequenceCase, tensorOf } from "./sequence-golden.js";

/** The masks of a case under their names. */
const masksOf = ({ extra }: SequenceCase): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(extra)
      .filter(([name]) => name.endsWith("Mask"))
      .map(([name, mask]) => [name, tensorOf(mask as GoldenArray)]),
  );

type Sizes = readonly [width: number, heads: number, options: nn.TransformerOptions];

describe("as PyTorch's: outputs and all gradients", () => {
  test.each(casesOf("encoder"))("$id", async (item) => {
    const [width, heads, options] = item.arguments as Sizes;
    const { layers, norm } = item.extra as { layers: number | null; norm: boolean };
    const make = () =>
      nn.transformerEncoderLayer(width, heads, { dimFeedforward: 6, dropout: 0, ...options });
    const model =
      layers === null
        ? make()
        : nn.transformerEncoder(make, layers, { norm: norm ? nn.layerNorm(width as number) : null });
    expect(await partings(item, model, ({ x }) => [model.forward(x!, masksOf(item))])).toEqual([]);
  });

  test.each(casesOf("decoder"))("$id", async (item) => {
    const [width, heads, options] = item.arguments as Sizes;
    const { layers, norm } = item.extra as { layers: number | null; norm: boolean };
    const make = () =>
      nn.transformerDecoderLayer(width, heads, { dimFeedforward: 6, dropout: 0, ...options });
    const model =
      layers === null
        ? make()
        : nn.transformerDecoder(make, layers, { norm: norm ? nn.layerNorm(width as number) : null });
    const run = ({ x, memory }: Readonly<Record<string, Tensor>>) => [
      model.forward(x!, memory!, masksOf(item)),
    ];
    expect(await partings(item, model, run)).toEqual([]);
  });
});

test("each layer of a stack begins with weights of its own", () => {
  const encoder = nn.transformerEncoder(() => nn.transformerEncoderLayer(4, 2, { dimFeedforward: 8 }), 2);
  const [first, second] = encoder.layers as readonly nn.TransformerEncoderLayer[];
  expect(String(first!.linear1.weight)).not.toBe(String(second!.linear1.weight));
  expect(encoder.namedParameters().map(([name]) => name)).toContain("layers.1.self_attn.in_proj_weight");
});

test("dropout while learning alone, anew at each call of a compiled function", () => {
  const layer = nn.transformerEncoderLayer(4, 2, { dimFeedforward: 8, dropout: 0.5 });
  const x = random.normal([3, 2, 4]).realize() as Tensor;
  const run = compile((given: Tensor) => layer.forward(given));
  expect(String(run(x))).not.toBe(String(run(x)));
  layer.eval();
  expect(String(run(x))).toBe(String(run(x)));
});

test("a causal decoder does not look ahead", () => {
  const layer = nn.transformerDecoderLayer(4, 2, { dimFeedforward: 8, dropout: 0, batchFirst: true });
  const x = random.normal([1, 5, 4]).realize() as Tensor;
  const memory = random.normal([1, 3, 4]).realize() as Tensor;
  const whole = layer.forward(x, memory, { tgtIsCausal: true }).toArray() as number[][][];
  const part = layer
    .forward(x.at(":", "0:3") as Tensor, memory, { tgtIsCausal: true })
    .toArray() as number[][][];
  part[0]!.forEach((row, i) => {
    row.forEach((value, j) => {
      expect(value).toBeCloseTo(whole[0]![i]![j]!, 5);
    });
  });
});

test("refused", () => {
  expect(() => nn.transformerEncoderLayer(4, 2, { activation: "tanh" as "relu" })).toThrow(
    new ValueError('transformerEncoderLayer: activation must be "relu", "gelu" or a function, got "tanh"'),
  );
  expect(() => nn.transformerEncoderLayer(5, 2)).toThrow(ValueError);
  expect(() => nn.transformerEncoder(() => nn.transformerEncoderLayer(4, 2), 0)).toThrow(ValueError);
  expect(() => nn.transformerEncoderLayer(4, 2).forward(zeros([3, 2, 5]) as Tensor)).toThrow(ShapeError);
});
