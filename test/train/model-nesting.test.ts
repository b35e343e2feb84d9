/** Models in files whose layers stand in layers: back as they were, and nothing believed that a broken file says. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FormatError, loadModel, nn, random, saveModel, type Tensor } from "maru";
import { readSafetensors } from "maru/formats/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mutate, seeded } from "../formats/support.js";
import { bitsOf } from "./tiny.js";

let folder = "";
let path = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "maru-nesting-"));
  path = join(folder, "model.safetensors");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Sequentials in sequentials, residuals in sequentials, and both the other way round. */
const nested = () =>
  nn.sequential(
    nn.sequential(nn.linear(4, 6), nn.sequential(nn.batchNorm1d(6), nn.tanh())),
    nn.residual(
      nn.sequential(
        nn.layerNorm(6),
        nn.linear(6, 9),
        nn.residual(nn.residual(nn.linear(9, 9, { bias: false }))),
        nn.gelu(),
        nn.linear(9, 6),
      ),
    ),
    nn.residual(nn.dropout(0.1)),
    nn.sequential(),
    nn.linear(6, 3),
  );

/** So many residuals, one in the other, around a layer. */
function residuals(depth: number): nn.Layer {
  let layer: nn.Layer = nn.relu();
  for (let i = 0; i < depth; i++) layer = new nn.Residual(layer);
  return layer;
}

/** The file with another header: what `change` makes of its text. */
function withHeader(bytes: Uint8Array, change: (header: string) => string): Uint8Array {
  const length = Number(Buffer.from(bytes).readBigUInt64LE(0));
  const header = Buffer.from(change(Buffer.from(bytes.subarray(8, 8 + length)).toString()));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([size, header, bytes.subarray(8 + length)]);
}

/** The file with another architecture, of which anything is written. */
const withArchitecture = (bytes: Uint8Array, change: (text: string) => string): Uint8Array =>
  withHeader(bytes, (text) => {
    const header = JSON.parse(text) as { __metadata__: Record<string, string> };
    header.__metadata__.architecture = change(header.__metadata__.architecture!);
    return JSON.stringify(header);
  });

describe("saveModel and loadModel", () => {
  it("make a network with layers in layers again", async () => {
    const model = nested();
    const x = random.normal([5, 4]);
    model.forward(x);
    await saveModel(path, model);
    const { model: loaded } = await loadModel(path);
    const names = Object.keys(model.stateDict());
    expect(names).toContain("1.layer.2.layer.layer.weight");
    expect(names).toContain("0.1.0.running_mean");
    expect(bitsOf(loaded.stateDict())).toEqual(bitsOf(model.stateDict()));
    const kindsOf = (one: nn.Module) =>
      one.namedModules().map(([name, module]) => [name, module.constructor.name]);
    expect(kindsOf(loaded)).toEqual(kindsOf(model));
    const [given, made] = [model, loaded].map(
      (one) => (one.eval() as nn.Layer).forward(x as never) as Tensor,
    );
    expect(made!.toArray()).toEqual(given!.toArray());
    await saveModel(join(folder, "again.safetensors"), loaded);
    expect(readFileSync(join(folder, "again.safetensors"))).toEqual(readFileSync(path));
  });

  it("know 32 layers in one another, and leave out what a deeper network is", async () => {
    await saveModel(path, new nn.Sequential([residuals(31)]));
    expect((await loadModel(path)).model.namedModules()).toHaveLength(33);
    await saveModel(path, new nn.Sequential([residuals(32)]));
    await expect(loadModel(path)).rejects.toThrow("load them with loadStateDict");
  });

  it("do not take a layer for the one that it is derived from", async () => {
    class Doubled extends nn.Linear<2, 2> {
      protected override compute(x: Tensor): Tensor {
        return super.compute(x).mul(2) as Tensor;
      }
    }
    await saveModel(path, new nn.Sequential([nn.relu(), new Doubled(2, 2, {})]));
    await expect(loadModel(path)).rejects.toThrow("load them with loadStateDict");
  });
});

describe("a broken file", () => {
  const refused = async (architecture: string): Promise<string> => {
    await saveModel(path, nn.sequential(nn.sequential(nn.linear(2, 2, { bias: false }))));
    writeFileSync(
      path,
      withArchitecture(readFileSync(path), () => architecture),
    );
    const error = await loadModel(path).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FormatError);
    return (error as Error).message;
  };

  it("is told by the place of its layer", async () => {
    const linear = { layer: "linear", in: 2, out: 2, bias: false };
    const wrong: [unknown, string][] = [
      [{ layer: "sequential" }, "layers of layer 0 (sequential) must be a list of layers, found undefined"],
      [{ layer: "sequential", layers: linear }, "must be a list of layers, found Object"],
      [{ layer: "sequential", layers: [null] }, "layer 0.0 is of an unknown kind, undefined"],
      [{ layer: "sequential", layers: [{ layer: ["linear"] }] }, "layer 0.0 is of an unknown kind, a list"],
      [
        { layer: "residual" },
        "layer 0.layer is of an unknown kind, undefined; known: sequential, residual, linear,",
      ],
      [{ layer: "residual", inner: [linear] }, "layer 0.layer is of an unknown kind"],
      [
        { layer: "residual", inner: linear },
        "the architecture needs 0.layer.weight of shape (2,2); it has no such",
      ],
      [
        { layer: "sequential", layers: [linear, { layer: "residual", inner: { ...linear, in: -1 } }] },
        "layer 0.1.layer (linear): in must be a whole number of at least 1, found -1",
      ],
      [
        {
          layer: "sequential",
          layers: [linear, { layer: "residual", inner: { layer: "flatten", start: 0 } }],
        },
        "the layers do not fit together: residual: the layer turns shape (?,2) into (?,), which cannot be added",
      ],
      [
        { layer: "sequential", layers: [{ ...linear, in: [2] }] },
        "layer 0.0 (linear): in must be a whole number of at least 1, found a list",
      ],
    ];
    for (const [layer, words] of wrong) expect(await refused(JSON.stringify([layer]))).toContain(words);
  });

  it("does not exhaust the stack, however deep it is nested", async () => {
    const deep = "the architecture has layers in layers more than 32 deep";
    const times = 100_000;
    const around = (before: string, inner: string, after: string): string =>
      `[${before.repeat(times)}${inner}${after.repeat(times)}]`;
    expect(await refused(around('{"layer":"sequential","layers":[', "", "]}"))).toContain(deep);
    expect(await refused(around('{"layer":"residual","inner":', '{"layer":"relu"}', "}"))).toContain(deep);
    expect(await refused(around('{"layer":', "1", "}"))).toContain("is of an unknown kind, Object");
    const list = around("[", "", "]");
    expect(await refused(`[{"layer":"linear","out":${list}}]`)).toContain("found a list");
    for (const settings of [
      `"adaptiveAvgPool2d","size"`,
      `"upsample","size"`,
      `"unflatten","axis":1,"sizes"`,
    ]) {
      await refused(`[{"layer":${settings}:${list}}]`);
    }
  });

  it("gives a FormatError or the model that it tells of, for 2000 of them", {
    timeout: 120_000,
  }, async () => {
    await saveModel(path, nested());
    const bytes = new Uint8Array(readFileSync(path));
    const random = seeded(5);
    const words = [
      "sequential",
      "residual",
      "linear",
      "relu",
      "conv2d",
      "layers",
      "inner",
      "__proto__",
      "9",
      "-1",
    ];
    const tally = { read: 0, refused: 0 };
    /** One word, number or sign of the architecture is another; or any bytes of the file are. */
    const other = (text: string): string => {
      const tokens = text.match(/\w+|\W/g)!;
      const at = random(tokens.length);
      const what = random(4);
      if (what === 0) tokens.splice(at, 1 + random(8));
      else if (what === 1) tokens[at] = words[random(words.length)]!;
      else if (what === 2) tokens[at] = tokens[random(tokens.length)]!;
      else tokens.splice(at, 0, ...tokens.slice(at, at + 1 + random(20)));
      return tokens.join("");
    };
    for (let i = 0; i < 2000; i++) {
      const broken = i % 2 === 0 ? withArchitecture(bytes, other) : mutate(bytes, random);
      writeFileSync(path, broken);
      try {
        const { model } = await loadModel(path);
        const { tensors } = await readSafetensors(path);
        const shapes = Object.entries(model.stateDict()).map(([name, { shape }]) => [name, [...shape]]);
        expect(new Map(shapes as [string, number[]][])).toEqual(
          new Map([...tensors].map(([name, { shape }]) => [name, [...shape]])),
        );
        tally.read++;
      } catch (error) {
        if (!(error instanceof FormatError)) throw new Error(`file ${i}: ${error}`, { cause: error });
        tally.refused++;
      }
    }
    // Both happen: a changed weight is a right file, and so is an activation that has become another.
    expect(Math.min(tally.read, tally.refused)).toBeGreaterThan(50);
  });
});
