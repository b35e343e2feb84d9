/** Files that are read and written one array at a time: by name, whole or not at all, and near one array of memory. */
import { spawnSync } from "node:child_process";
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ArrayRecord,
  encodeNpy,
  encodeNpz,
  encodeSafetensors,
  toTensor,
} from "../../src/formats/index.js";
import {
  openSafetensors,
  readCsv,
  readNpy,
  readNpz,
  readSafetensors,
  writeNpy,
  writeNpz,
  writeSafetensors,
} from "../../src/formats/node.js";
import { array, DTypeError, FileError, FormatError, nn, ShapeError, ValueError } from "../../src/index.js";
import { fixture } from "./support.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "maru-arrays-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const x: ArrayRecord = { dtype: "float32", shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) };
const n: ArrayRecord = { dtype: "int32", shape: [2], data: Int32Array.of(-7, 7) };

describe("openSafetensors", () => {
  it("tells what is in a file, and reads by name, in any order and again", async () => {
    const path = join(folder, "every-type.safetensors");
    writeFileSync(path, fixture("every-type.safetensors"));
    const file = await openSafetensors(path);
    expect(file.tensors.get("1 floats")).toEqual({ dtype: "float32", storedAs: "bfloat16", shape: [2, 2] });
    expect(file.tensors.size).toBe(14);
    const whole = (await readSafetensors(path)).tensors;
    for (const name of [...file.tensors.keys()].reverse()) {
      const record = await file.read(name);
      expect(record).toEqual(whole.get(name));
      expect(record.dtype).toBe(file.tensors.get(name)?.dtype);
    }
    expect(await file.read("bools")).toEqual({ dtype: "bool", shape: [2], data: Uint8Array.of(1, 0) });
    await file.close();
    await file.close();
    await expect(file.read("bools")).rejects.toThrow("has been closed; open it again");
  });
  it("knows the metadata, and says so where a name is not there", async () => {
    const path = join(folder, "named.safetensors");
    writeFileSync(path, encodeSafetensors({ x, n }, { format: "pt" }));
    const file = await openSafetensors(path);
    expect({ ...file.metadata }).toEqual({ format: "pt" });
    await expect(file.read("y")).rejects.toThrow(ValueError);
    await expect(file.read("y")).rejects.toThrow(`${path} has no tensor "y"; it has "x", "n"`);
    await file.close();
  });
  it("takes wide integers as it is told", async () => {
    const path = join(folder, "wide.safetensors");
    writeFileSync(path, fixture("wide-integers.safetensors"));
    const strict = await openSafetensors(path);
    await expect(strict.read("unsigned")).rejects.toThrow(FormatError);
    expect((await strict.read("fits")).dtype).toBe("int32");
    await strict.close();
    const wide = await openSafetensors(path, { wideIntegers: "float64" });
    expect(wide.tensors.get("unsigned")?.dtype).toBe("float64");
    expect((await wide.read("unsigned")).data).toEqual(Float64Array.of(2 ** 31, 2 ** 32 - 1));
    await wide.close();
  });
  it("refuses a file that is not sound, and names it", async () => {
    const path = join(folder, "broken.safetensors");
    writeFileSync(path, encodeSafetensors({ x }).slice(0, -1));
    await expect(openSafetensors(path)).rejects.toThrow(FormatError);
    await expect(openSafetensors(path)).rejects.toThrow(
      `openSafetensors: ${path}: the tensors take 24 bytes`,
    );
    await expect(openSafetensors(join(folder, "none"))).rejects.toThrow(FileError);
  });
  it("notices a file that becomes shorter while it is open", async () => {
    const path = join(folder, "shrinking.safetensors");
    writeFileSync(path, encodeSafetensors({ x, n }));
    const file = await openSafetensors(path);
    truncateSync(path, 100);
    await expect(file.read("n")).rejects.toThrow(`cannot read ${path}: it became shorter than`);
    await file.close();
  });
});

describe("tensors and records", () => {
  const model = nn.linear(3, 2);
  it("are written to safetensors one after the other, as they are written from memory", async () => {
    const path = join(folder, "model.safetensors");
    await writeSafetensors(path, model.stateDict(), { epoch: "1" }, { dtype: "bfloat16" });
    const { tensors } = await readSafetensors(path);
    expect([...tensors.keys()]).toEqual(["bias", "weight"]);
    await writeSafetensors(path, { x, n: toTensor(n) }, { epoch: "1" });
    expect(new Uint8Array(readFileSync(path))).toEqual(encodeSafetensors({ x, n }, { epoch: "1" }));
  });
  it("are written to npy and npz, as they are written from memory", async () => {
    const path = join(folder, "array");
    await writeNpy(
      path,
      array([
        [0, 1, 2],
        [3, 4, 5],
      ]),
      { dtype: "float16" },
    );
    expect(new Uint8Array(readFileSync(path))).toEqual(encodeNpy(x, { dtype: "float16" }));
    expect(await readNpy(path)).toEqual(x);
    for (const compress of [false, true]) {
      await writeNpz(path, { x: toTensor(x), n }, { compress });
      expect(new Uint8Array(readFileSync(path))).toEqual(encodeNpz({ x, n }, { compress }));
      expect(Object.fromEntries(await readNpz(path))).toEqual({ x, n });
    }
  });
  it("that are wrong leave the file that was there, and nothing else", async () => {
    const own = mkdtempSync(join(folder, "own-"));
    const path = join(own, "kept");
    writeFileSync(path, "old");
    const lying = { dtype: "float32", shape: [3], data: async () => new Float32Array(2) } as const;
    const failing = {
      dtype: "float32",
      shape: [3],
      data: () => Promise.reject(new RangeError("no more")),
    } as const;
    const wrong = { ...x, shape: [7] };
    await expect(writeSafetensors(path, { x, lying })).rejects.toThrow(ShapeError);
    await expect(writeSafetensors(path, { x, failing })).rejects.toThrow(RangeError);
    await expect(writeNpz(path, { x, lying })).rejects.toThrow(
      'encodeNpz: array "lying": shape (3,) holds 3',
    );
    await expect(writeNpy(path, lying)).rejects.toThrow(ShapeError);
    for (const write of [
      () => writeSafetensors(path, { wrong }),
      () => writeNpz(path, { wrong }),
      () => writeNpy(path, wrong),
    ])
      await expect(write()).rejects.toThrow("holds 7 elements");
    await expect(writeSafetensors(path, { n }, {}, { dtype: "uint8" })).rejects.toThrow(
      "which uint8 cannot hold",
    );
    await expect(writeNpy(path, x, { dtype: () => "int8" })).rejects.toThrow(DTypeError);
    expect(readdirSync(own)).toEqual(["kept"]);
    expect(readFileSync(path, "utf8")).toBe("old");
  });
});

describe("files that are not sound", () => {
  it("are named", async () => {
    const path = join(folder, "not-sound");
    writeFileSync(path, "a,b\n1\n");
    for (const read of [readNpy, readNpz, readCsv, openSafetensors]) {
      await expect(read(path)).rejects.toThrow(FormatError);
      await expect(read(path)).rejects.toThrow(path);
    }
    await expect(readNpz(path, { maxBytes: -1 })).rejects.toThrow("readNpz: maxBytes is a number of bytes");
  });
  it("of CSV that are, are read", async () => {
    const path = join(folder, "x.csv");
    writeFileSync(path, "a,b\n1,2\n");
    expect([...(await readCsv(path)).matrix().data]).toEqual([1, 2]);
  });
});

describe("a file of 640 MB", { timeout: 120_000 }, () => {
  const MEGABYTE = 2 ** 20;
  const entry = fileURLToPath(new URL("../../src/formats/node.ts", import.meta.url));
  const loader = import.meta.resolve("tsx");

  /** Runs lines in a process of their own, and gives by how many megabytes its memory peaked above where it began. */
  function peakOf(lines: string): number {
    const program = `
      import { openSafetensors, readNpy, writeSafetensors } from ${JSON.stringify(entry)};
      const peak = () => process.resourceUsage().maxRSS / 1024;
      const before = peak();
      ${lines}
      console.log(JSON.stringify(peak() - before));`;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["--expose-gc", "--import", loader, "--input-type=module", "-e", program],
      { encoding: "utf8" },
    );
    expect(stderr).toBe("");
    return JSON.parse(stdout) as number;
  }

  /** A file with a header and then zeros that take no room on the disk. */
  function makeSparse(name: string, header: Uint8Array, zeros: number): string {
    const path = join(folder, name);
    const file = openSync(path, "w");
    writeSync(file, header);
    ftruncateSync(file, header.length + zeros);
    closeSync(file);
    return path;
  }

  const TENSORS = 16;
  const EACH = 40 * MEGABYTE;
  let path: string;
  beforeAll(() => {
    const entries = Array.from({ length: TENSORS }, (_, i) => [
      `layer.${i}`,
      {
        dtype: i % 2 ? "F32" : "BF16",
        shape: [i % 2 ? EACH / 4 : EACH / 2],
        data_offsets: [i * EACH, (i + 1) * EACH],
      },
    ]);
    const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
    const header = new Uint8Array(8 + text.length);
    new DataView(header.buffer).setBigUint64(0, BigInt(text.length), true);
    header.set(text, 8);
    path = makeSparse("large.safetensors", header, TENSORS * EACH);
  });

  it("is opened in no memory to speak of, and read near one tensor's", () => {
    const opened = peakOf(`const file = await openSafetensors(${JSON.stringify(path)}); await file.close();`);
    expect(opened).toBeLessThan(20);
    const read = peakOf(`
      const file = await openSafetensors(${JSON.stringify(path)});
      for (const [name, { shape }] of file.tensors) {
        const { data } = await file.read(name);
        if (data.length !== shape[0] || data.at(-1) !== 0) throw new Error(name);
        gc();
      }
      await file.close();`);
    // The largest is 40 MB of bfloat16, 80 MB as float32.
    expect(read).toBeGreaterThan(70);
    expect(read).toBeLessThan(180);
  });
  it("is copied near one tensor's memory, and halved on the way", () => {
    const copy = join(folder, "copy.safetensors");
    const peak = peakOf(`
      const file = await openSafetensors(${JSON.stringify(path)});
      const sources = new Map([...file.tensors].map(([name, { dtype, shape }]) =>
        [name, { dtype, shape, data: async () => { gc(); return (await file.read(name)).data; } }]));
      await writeSafetensors(${JSON.stringify(copy)}, sources, {}, { dtype: "bfloat16" });
      await file.close();`);
    rmSync(copy);
    expect(peak).toBeLessThan(260);
  });
  it("of npy, 160 MB in Fortran order and the other byte order, is read in its own memory once", () => {
    const rows = 10 * MEGABYTE;
    const text = `{'descr': '>f4', 'fortran_order': True, 'shape': (${rows}, 4), }\n`;
    const header = new TextEncoder().encode(`\x00NUMPY\x01\x00\x00\x00${text}`);
    header[0] = 0x93;
    new DataView(header.buffer).setUint16(8, text.length, true);
    const npy = makeSparse("large.npy", header, 16 * rows);
    const peak = peakOf(`
      const { shape } = await readNpy(${JSON.stringify(npy)});
      if (shape[0] !== ${rows}) throw new Error("rows");`);
    expect(peak).toBeGreaterThan(150);
    expect(peak).toBeLessThan(240);
  });
});
