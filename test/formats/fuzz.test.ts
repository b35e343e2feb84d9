/**
 * Broken files, more than a thousand a format, from a fixed seed: injuries anywhere, and lies told on purpose where a
 * checksum or a length would catch an injury too early. Each is refused with a FormatError or read into something that
 * its bytes can hold; none takes long or more memory than its size allows.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FormatError } from "../../src/errors.js";
import {
  type ArrayRecord,
  decodePng,
  encodeIdx,
  encodeNpy,
  encodeNpz,
  parseCsv,
  parseIdx,
  parseNpy,
  parseNpz,
  parseSafetensors,
} from "../../src/formats/index.js";
import { openSafetensors, readNpz } from "../../src/formats/node.js";
import { ascii, base64, fixture, join, json, makeZip, mutate, pngChunk, seeded } from "./support.js";

type Random = (below: number) => number;
type Injure = (bytes: Uint8Array, random: Random) => Uint8Array;

const x: ArrayRecord = {
  dtype: "float32",
  shape: [3, 4],
  data: Float32Array.from({ length: 12 }, (_, i) => i / 7),
};
const n: ArrayRecord = { dtype: "int32", shape: [5], data: Int32Array.of(1, -2, 3, -4, 5) };
const mask: ArrayRecord = { dtype: "bool", shape: [2, 2], data: Uint8Array.of(1, 0, 0, 1) };

const SOME = 4 * 2 ** 20;

/** Runs a parser on broken files, one after the other, and holds each to what is said above. */
function harass<T>(
  originals: readonly Uint8Array[],
  injuries: readonly Injure[],
  count: number,
  parse: (bytes: Uint8Array) => T,
  held: (parsed: T) => number,
): { read: number; refused: number } {
  const random = seeded(20_240);
  const tally = { read: 0, refused: 0 };
  for (let i = 0; i < count; i++) {
    const injure = injuries[i % injuries.length]!;
    const bytes = injure(originals[random(originals.length)]!, random);
    const what = `file ${i} of ${bytes.length} bytes`;
    const buffers = process.memoryUsage().arrayBuffers;
    const started = performance.now();
    try {
      const size = held(parse(bytes));
      // int8 becomes int32: no type grows more.
      expect(size, what).toBeLessThanOrEqual(4 * bytes.length);
      tally.read++;
    } catch (error) {
      if (!(error instanceof FormatError)) throw new Error(`${what}: ${String(error)}`, { cause: error });
      tally.refused++;
    }
    expect(performance.now() - started, what).toBeLessThan(5_000);
    expect(process.memoryUsage().arrayBuffers - buffers, what).toBeLessThan(2 * bytes.length + SOME);
  }
  return tally;
}

const sizeOf = ({ shape, data }: ArrayRecord): number => {
  expect(shape.reduce((product, size) => product * size, 1)).toBe(data.length);
  return data.byteLength;
};
const sizeOfAll = (records: Iterable<ArrayRecord>): number =>
  [...records].reduce((sum, one) => sum + sizeOf(one), 0);

/** Replaces one match of a pattern in a text. */
function replaceOne(text: string, pattern: RegExp, by: string, random: Random): string {
  const found = [...text.matchAll(pattern)];
  const one = found[random(Math.max(found.length, 1))];
  return one === undefined ? text : text.slice(0, one.index) + by + text.slice(one.index + one[0].length);
}

const LIES = [
  "0",
  "-1",
  "1",
  "255",
  "65536",
  "2147483648",
  "4294967296",
  "1e400",
  "9007199254740993",
  "0.5",
  "[]",
  "null",
];
const TYPES = [
  "F64",
  "F32",
  "F16",
  "BF16",
  "I64",
  "I32",
  "I16",
  "I8",
  "U64",
  "U32",
  "U16",
  "U8",
  "BOOL",
  "F8_E4M3",
  "",
];

const latin = new TextDecoder("latin1");

/** Another header, whose length is right again. */
const lieInHeader: Injure = (bytes, random) => {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  let text = latin.decode(bytes.subarray(8, 8 + length));
  for (let i = 0; i <= random(2); i++) {
    const kind = random(5);
    if (kind === 0) text = replaceOne(text, /\d+/g, LIES[random(LIES.length)]!, random);
    else if (kind === 1) text = replaceOne(text, /"[A-Z]+\d*"/g, `"${TYPES[random(TYPES.length)]}"`, random);
    else if (kind === 2) text = replaceOne(text, /[[{]/g, "[".repeat(1 + random(3000)), random);
    else if (kind === 3) text = replaceOne(text, /"[^"]*"/g, '"x"', random);
    else text = replaceOne(text, /[,:}\]]/g, [",", ":", "}", "]", "{", '"'][random(6)]!, random);
  }
  const header = ascii(text);
  const stated = new Uint8Array(8);
  new DataView(stated.buffer).setBigUint64(0, BigInt(header.length), true);
  return join(stated, header, bytes.subarray(8 + length));
};

const DESCRS = [
  "<f8",
  ">f4",
  "<f2",
  "|i1",
  "<i8",
  ">u8",
  "<u4",
  "|b1",
  "|O",
  "<U9",
  "<c8",
  "f4",
  "<M8[s]",
  "|V4",
];

/** Another header of an npy file; its length stays. */
const lieInNpy: Injure = (bytes, random) => {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint16(8, true);
  const text = latin.decode(bytes.subarray(10, 10 + length));
  const kind = random(4);
  const told =
    kind === 0
      ? replaceOne(text, /\d+(?=[,)])/g, LIES[random(8)]!, random)
      : kind === 1
        ? replaceOne(text, /'[<|>]\w+'/g, `'${DESCRS[random(DESCRS.length)]}'`, random)
        : kind === 2
          ? text.replace("False", "True")
          : replaceOne(text, /[(){},:]/g, "(".repeat(1 + random(20)), random);
  return join(
    bytes.subarray(0, 10),
    ascii(told.padEnd(length).slice(0, length)),
    bytes.subarray(10 + length),
  );
};

/** A zip whose lies no checksum tells of: the files in it are broken and summed up anew, or sizes and places are wrong. */
const lieInZip: Injure = (_, random) => {
  const content = random(2) ? lieInNpy(encodeNpy(x), random) : mutate(encodeNpy(n), random);
  const deflated = random(2) === 0;
  const packed = deflated ? new Uint8Array(deflateRawSync(content)) : content;
  const kind = random(6);
  const number = [0, 1, content.length + 1, 65_535, 2 ** 31, 2 ** 32 - 1][random(6)]!;
  const lie =
    kind === 0
      ? { claimedSize: number }
      : kind === 1
        ? { claimedOffset: number }
        : kind === 2
          ? { crc: number }
          : {};
  const broken = kind === 3 && deflated ? { packed: mutate(packed, random) } : {};
  const method = deflated ? 8 : 0;
  const file = { name: "a.npy", content, packed, method, ...lie, ...broken };
  const other = { name: random(8) ? "b.npy" : "a.npy", content: encodeNpy(mask) };
  return makeZip([file, other], { zip64: random(3) === 0, ...(random(8) === 0 && { count: random(5) }) });
};

/** A claim of much behind little: up to a thousandfold, and more than that. */
const bomb: Injure = (_, random) => {
  const length = 1000 * (1 + random(200));
  const content = encodeNpy({ dtype: "uint8", shape: [length], data: new Uint8Array(length) });
  const packed = new Uint8Array(deflateRawSync(content));
  const claimedSize = packed.length * (900 + random(400)) * 1000 ** random(3);
  const file = { name: "a.npy", content, packed, method: 8 };
  return makeZip([{ ...file, ...(random(2) === 0 && { claimedSize: Math.min(claimedSize, 2 ** 32 - 2) }) }]);
};

/** A PNG with one chunk broken and its checksum put right. */
const lieInPng: Injure = (bytes, random) => {
  const parts: Uint8Array[] = [bytes.slice(0, 8)];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const broken = random(3);
  for (let at = 8, i = 0; at < bytes.length; i++) {
    const length = view.getUint32(at);
    const type = latin.decode(bytes.subarray(at + 4, at + 8));
    const data = bytes.slice(at + 8, at + 8 + length);
    parts.push(pngChunk(type, i === broken ? mutate(data, random) : data));
    at += 12 + length;
  }
  return join(...parts);
};

const CELLS = [
  "",
  "1e999",
  '"',
  '""',
  ",",
  "\n",
  "\r",
  "NA",
  "0x1",
  "x".repeat(50),
  "-",
  '"a\nb"',
  "\u{1f600}",
];
const lieInCsv: Injure = (bytes, random) =>
  ascii(replaceOne(latin.decode(bytes), /[^,\n]+/g, CELLS[random(CELLS.length)]!, random));

const npyFiles = (json("npy.golden.json") as { npy?: string }[]).flatMap(({ npy }) =>
  npy ? [base64(npy)] : [],
);
const safetensors = ["every-dtype", "every-type", "float16", "wide-integers"].map((name) =>
  fixture(`${name}.safetensors`),
);
const pngs = ["palette4-alpha", "gray8-key", "rgba8", "gray16", "palette1"].map((name) =>
  fixture(`${name}.png`),
);
const npzs = [encodeNpz({ x, n, mask }), encodeNpz({ x, n, mask }, { compress: true })];
const csvs = ["a,b,kind\n1,2,x\n3,4,y\n", 'q,"r s"\n"1",2\n\n3.5,"4"\n', "1;2;3\n4;5;6"].map(ascii);

describe("of a thousand broken files and more, each is refused or read rightly:", () => {
  it("safetensors", () => {
    const tally = harass(safetensors, [mutate, lieInHeader], 1600, parseSafetensors, ({ tensors }) =>
      sizeOfAll(tensors.values()),
    );
    expect(tally.read).toBeGreaterThan(40);
    expect(tally.refused).toBeGreaterThan(1000);
  });
  it("npy", () => {
    const tally = harass(npyFiles, [mutate, lieInNpy], 1600, parseNpy, sizeOf);
    expect(tally.read).toBeGreaterThan(100);
    expect(tally.refused).toBeGreaterThan(800);
  });
  it("npz", () => {
    // Deflated arrays may be larger than the file: what they hold is checked against what the zip may unfold into.
    const tally = harass(npzs, [mutate, lieInZip, lieInZip], 1600, parseNpz, (arrays) => {
      expect(sizeOfAll(arrays.values())).toBeLessThan(10_000);
      return 0;
    });
    expect(tally.read).toBeGreaterThan(100);
    expect(tally.refused).toBeGreaterThan(800);
  });
  it("npz that unfold into much", () => {
    const tally = harass(
      npzs,
      [bomb],
      200,
      (bytes) => parseNpz(bytes, { maxBytes: 100_000 }),
      (arrays) => {
        expect(sizeOfAll(arrays.values())).toBeLessThanOrEqual(100_000);
        return 0;
      },
    );
    expect(tally.read).toBeGreaterThan(20);
    expect(tally.refused).toBeGreaterThan(100);
  });
  it("IDX", () => {
    const originals = [
      encodeIdx(x),
      encodeIdx(n),
      encodeIdx({ dtype: "uint8", shape: [2, 3, 3], data: new Uint8Array(18) }),
    ];
    const tally = harass(originals, [mutate], 1200, parseIdx, sizeOf);
    expect(tally.read).toBeGreaterThan(50);
    expect(tally.refused).toBeGreaterThan(500);
  });
  it("PNG", () => {
    const tally = harass(pngs, [mutate, lieInPng], 1200, decodePng, ({ width, height, data }) => {
      expect(data.length).toBe(width * height);
      return 0;
    });
    expect(tally.read).toBeGreaterThan(50);
    expect(tally.refused).toBeGreaterThan(800);
  });
  it("CSV", () => {
    const options = [
      {},
      { missing: "skip" },
      { missing: 0, header: false },
      { delimiter: ";", dtype: "int32" },
    ] as const;
    let turn = 0;
    const parse = (bytes: Uint8Array) => parseCsv(bytes, options[turn++ % options.length]!);
    const tally = harass(csvs, [mutate, lieInCsv], 1600, parse, (table) => {
      for (const name of table.names) expect(table.column(name).shape).toEqual([table.rows]);
      return 0;
    });
    expect(tally.read).toBeGreaterThan(200);
    expect(tally.refused).toBeGreaterThan(200);
  });
});

describe("on the disk", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(joinPath(tmpdir(), "maru-fuzz-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("broken files are read and refused as in memory", async () => {
    const random = seeded(7);
    const path = joinPath(folder, "broken");
    const tally = { read: 0, refused: 0 };
    for (let i = 0; i < 300; i++) {
      const zip = i % 2 === 0;
      const bytes = zip
        ? mutate(npzs[random(2)]!, random)
        : lieInHeader(safetensors[random(safetensors.length)]!, random);
      writeFileSync(path, bytes);
      const memory = await outcome(async () => [
        ...(zip ? parseNpz(bytes) : parseSafetensors(bytes).tensors),
      ]);
      const disk = await outcome(async () => {
        if (zip) return [...(await readNpz(path))];
        const file = await openSafetensors(path);
        try {
          return await Promise.all(
            [...file.tensors.keys()].map(async (name) => [name, await file.read(name)] as const),
          );
        } finally {
          await file.close();
        }
      });
      expect(disk, `file ${i}`).toEqual(memory);
      if (typeof memory === "string") tally.refused++;
      else tally.read++;
    }
    expect(tally.read).toBeGreaterThan(5);
    expect(tally.refused).toBeGreaterThan(150);
  });
});

/** What a reader gives, or why not: the words behind the name of the file. */
async function outcome<T>(read: () => Promise<T>): Promise<T | string> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return error.message.replace(/^[\w.]+: (?:the input|\/\S+): /, "");
  }
}

describe("large files that are made to hurt", { timeout: 60_000 }, () => {
  const entry = fileURLToPath(new URL("../../src/formats/index.ts", import.meta.url));
  const loader = import.meta.resolve("tsx");

  it("take twice their size and some tens of megabytes at most, and little time", () => {
    const megabytes = 4;
    const program = `
      import { parseCsv, parseNpy, parseNpz, parseSafetensors } from ${JSON.stringify(entry)};
      const size = ${megabytes} * 2 ** 20;
      const text = (begin, unit, end) => Buffer.from(begin + unit.repeat(size / unit.length) + end);
      const header = (...parts) => {
        const bytes = text(...parts);
        const length = Buffer.alloc(8);
        length.writeBigUInt64LE(BigInt(bytes.length));
        return Buffer.concat([length, bytes]);
      };
      const cases = {
        "deep lists": [parseSafetensors, () => header('{"x":', "[", "")],
        "many lists": [parseSafetensors, () => header('{"x":[', "[],", "1]}")],
        "many numbers": [parseSafetensors, () => header('{"x":{"shape":[', "1,", "1]}}")],
        "a name without end": [parseSafetensors, () => header('{"', "x", "")],
        "deep tuples": [parseNpy, () => Buffer.concat([Buffer.from("934e554d5059020000000001", "hex"), text("", "(", "")])],
        "ends of zips": [parseNpz, () => text("", "PK\\x05\\x06", "")],
        "quotes": [parseCsv, () => text("x\\n", '"a"a', "")],
        "an open quote": [parseCsv, () => text('x\\n"', 'a\\n""', "")],
        "wide lines": [parseCsv, () => text("", "1,", "1")],
        "many names": [parseCsv, () => Buffer.from(Array.from({ length: size / 8 }, (_, i) => i).join(","))],
        "blank lines": [parseCsv, () => text("x\\n", "\\n", "")],
      };
      const peak = () => process.resourceUsage().maxRSS / 1024;
      for (const [name, [parse, make]] of Object.entries(cases)) {
        const bytes = make();
        const before = peak();
        const started = process.cpuUsage();
        let end = "read";
        try { parse(bytes); } catch (error) { end = error.name; }
        const seconds = process.cpuUsage(started).user / 1e6;
        console.log(JSON.stringify({ name, end, grown: peak() - before, seconds }));
      }`;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["--import", loader, "--input-type=module", "-e", program],
      {
        encoding: "utf8",
      },
    );
    expect(stderr).toBe("");
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.length).toBe(11);
    for (const { name, end, grown, seconds } of lines) {
      expect({ name, end }).toEqual({ name, end: name === "blank lines" ? "read" : "FormatError" });
      expect(grown, name).toBeLessThan(2 * megabytes + 120);
      expect(seconds, name).toBeLessThan(10);
    }
  });
});
