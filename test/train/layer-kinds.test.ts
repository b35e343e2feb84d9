/** Files of models tell every kind of layer, and give it back as it was. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FormatError, loadModel, nn, random, saveModel, type Tensor, zeros } from "maru";
import { writeSafetensors } from "maru/formats/node";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "maru-kinds-"));
  path = join(folder, "model.safetensors");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const networks: [string, () => nn.Layer, Tensor][] = [
  [
    "images",
    () =>
      nn.sequential(
        nn.conv2d(2, 4, 3, { padding: "same", paddingMode: "circular" }),
        nn.batchNorm2d(4, { momentum: null }),
        nn.maxPool2d(3, { stride: 2, padding: 1, ceilMode: true }),
        nn.convTranspose2d(4, 6, 3, { stride: 2, padding: 1, outputPadding: 1, groups: 2 }),
        nn.groupNorm(3, 6, { eps: 1e-3 }),
        nn.dropout2d(0.2),
        nn.instanceNorm2d(6, { affine: true }),
        nn.avgPool2d([3, 1], { stride: 1, countIncludePad: false }),
        nn.pixelUnshuffle(2),
        nn.pixelShuffle(2),
        nn.upsample({ scaleFactor: 2, mode: "bilinear", alignCorners: true }),
        nn.adaptiveMaxPool2d([3, null]),
        nn.adaptiveAvgPool2d(2),
        nn.flatten(),
        nn.layerNorm(24, { bias: false }),
        nn.unflatten(1, [4, -1]),
        nn.rmsNorm([4, 6]),
      ),
    random.normal([2, 2, 8, 8]),
  ],
  [
    "sequences",
    () =>
      nn.sequential(
        nn.embedding(9, 4, { paddingIdx: 2 }),
        nn.conv1d(5, 6, 2, { padding: "valid", dilation: 2 }),
        nn.batchNorm1d(6),
        nn.maxPool1d(2, { stride: 1, dilation: 1 }),
        nn.convTranspose1d(6, 4, 3),
        nn.instanceNorm1d(4, { trackRunningStats: true }),
        nn.avgPool1d(2),
        nn.alphaDropout(0.1),
        nn.adaptiveAvgPool1d(3),
        nn.adaptiveMaxPool1d(1),
      ),
    random.integers(0, 9, [3, 5]),
  ],
  [
    "volumes",
    () =>
      nn.sequential(
        nn.conv3d(1, 2, [1, 2, 2]),
        nn.dropout(0.3),
        nn.convTranspose3d(2, 1, 2, { bias: false }),
      ),
    random.normal([1, 1, 3, 3, 3]),
  ],
];

describe("saveModel and loadModel", () => {
  test.each(networks)("make a network for %s again", async (_, make, x) => {
    const model = make();
    // One step of training moves what is no parameter.
    model.forward(x as never);
    await saveModel(path, model);
    const { model: loaded } = await loadModel(path);
    expect(Object.keys(loaded.stateDict())).toEqual(Object.keys(model.stateDict()));
    const [given, made] = [model.eval(), loaded.eval()].map((net) => (net as nn.Layer).forward(x as never));
    expect((made as Tensor).toArray()).toEqual((given as Tensor).toArray());
  });

  it("refuse settings that make no sense, and sizes that the weights do not have", async () => {
    const attempt = async (
      architecture: unknown,
      tensors: Record<string, number[]> = {},
    ): Promise<unknown> => {
      const metadata = { format: "maru-model", version: "1", architecture: JSON.stringify(architecture) };
      const weights = Object.entries(tensors).map(([name, shape]) => {
        const data = zeros(shape).dataSync() as Float32Array;
        return [name, { dtype: "float32", shape, data }] as const;
      });
      await writeSafetensors(path, Object.fromEntries(weights), metadata);
      return loadModel(path);
    };
    const conv = { layer: "conv2d", in: 1, out: 1, kernel: 3, bias: false };
    const norm = { layer: "batchNorm2d", features: 4, eps: 1e-5, momentum: 0.1, affine: false };
    const wrong: [unknown, Record<string, number[]>, RegExp][] = [
      [[{ ...conv, padding: "full" }], { "0.weight": [1, 1, 3, 3] }, /padding must be one of same, valid/],
      [[{ ...conv, kernel: [3, 3, 3] }], {}, /kernel must be a whole number of at least 1, or 2 of them/],
      [[{ ...conv, paddingMode: 3 }], { "0.weight": [1, 1, 3, 3] }, /paddingMode must be one of zeros/],
      [
        [{ ...norm, trackRunningStats: true }],
        {},
        /needs 0.running_mean of shape \(4,\); it has no such tensor/,
      ],
      [[{ ...norm, trackRunningStats: false, momentum: "x" }], {}, /momentum must be a finite number/],
      [
        [{ layer: "embedding", rows: 1e12, width: 1e6, paddingIdx: null }],
        { "0.weight": [2, 2] },
        /needs 0.weight/,
      ],
      [[{ layer: "layerNorm", shape: [], eps: 1e-5, affine: true, bias: true }], {}, /shape must be a list/],
      [[{ layer: "adaptiveAvgPool2d", size: "big" }], {}, /do not fit together: .*output size/],
      [[{ layer: "upsample", scaleFactor: -1 }], {}, /do not fit together: .*scaleFactor must be greater/],
      [[{ layer: "upsample", size: { length: 1 } }], {}, /do not fit together: .*size must be whole numbers/],
      [[{ layer: "dropout", p: 7 }], {}, /do not fit together: dropout: p must be between/],
      [
        [{ layer: "groupNorm", groups: 3, channels: 4, eps: 0, affine: false }],
        {},
        /do not divide into 3 groups/,
      ],
    ];
    for (const [architecture, tensors, words] of wrong) {
      const failing = attempt(architecture, tensors);
      await expect(failing, JSON.stringify(architecture)).rejects.toThrow(FormatError);
      await expect(failing).rejects.toThrow(words);
    }
  });
});
