/** State dicts made by PyTorch load into modules of the same names, and the networks then answer as PyTorch's. */
import { fileURLToPath } from "node:url";
import { readSafetensors } from "maru/formats/node";
import { expect, test } from "vitest";
import { nn, type Tensor } from "../../src/index.js";
import { differences } from "../goldens/compare.js";
import type { GoldenArray } from "../goldens/golden.js";
import { toTensor } from "../goldens/ops.js";
import { readCases } from "./layer-golden.js";

interface NetworkCase {
  readonly op: string;
  readonly inputs: readonly GoldenArray[];
  readonly value: GoldenArray;
}

const networks: Record<string, () => nn.Layer> = {
  cnn: () =>
    nn.sequential(
      nn.conv2d(1, 4, 3, { padding: 1 }),
      nn.batchNorm2d(4),
      nn.relu(),
      nn.maxPool2d(2),
      nn.conv2d(4, 6, 3, { groups: 2, bias: false }),
      nn.batchNorm2d(6),
      nn.relu(),
      nn.adaptiveAvgPool2d(1),
      nn.flatten(),
      nn.linear(6, 3),
    ),
  mlp: () =>
    nn.sequential(
      nn.linear(6, 8),
      nn.layerNorm(8),
      nn.tanh(),
      nn.dropout(0.5),
      nn.linear(8, 8),
      nn.batchNorm1d(8),
      nn.sigmoid(),
      nn.linear(8, 2),
    ),
  autoencoder: () =>
    nn.sequential(
      nn.conv2d(1, 4, 3, { stride: 2, padding: 1 }),
      nn.relu(),
      nn.conv2d(4, 6, 3, { stride: 2, padding: 1 }),
      nn.groupNorm(2, 6),
      nn.relu(),
      nn.convTranspose2d(6, 4, 3, { stride: 2, padding: 1, outputPadding: 1 }),
      nn.relu(),
      nn.convTranspose2d(4, 1, 2, { stride: 2 }),
      nn.sigmoid(),
    ),
  words: () => nn.sequential(nn.embedding(10, 4, { paddingIdx: 0 }), nn.flatten(), nn.linear(20, 3)),
  sharpener: () =>
    nn.sequential(
      nn.conv2d(2, 8, 3, { padding: "same", paddingMode: "reflect" }),
      nn.instanceNorm2d(8, { affine: true }),
      nn.relu(),
      nn.pixelShuffle(2),
      nn.upsample({ scaleFactor: 2, mode: "bilinear" }),
      nn.conv2d(2, 1, 1),
    ),
};

test.each(readCases<NetworkCase>("networks.golden.json"))("$op", async ({ op, inputs, value }) => {
  const path = fileURLToPath(new URL(`fixtures/${op}.safetensors`, import.meta.url));
  const { tensors } = await readSafetensors(path);
  const state = Object.fromEntries(
    [...tensors].map(([name, a]) => [name, toTensor({ ...a, values: a.data })]),
  );
  const model = networks[op]!();
  expect(Object.keys(state).sort()).toEqual(Object.keys(model.stateDict()).sort());
  expect(model.loadStateDict(state)).toEqual({ missing: [], unexpected: [], misshapen: [] });
  model.eval();
  const answer = model.forward(toTensor(inputs[0]!) as never) as Tensor;
  expect(await differences("answer", answer, value, "reduction")).toEqual([]);
});
