/** npy: NumPy's own files read and reproduced to the byte, and everything that is not plain numbers refused. */
import { describe, expect, it } from "vitest";
import { DTypeError, FormatError, ShapeError, ValueError } from "../../src/errors.js";
import { type ArrayRecord, encodeNpy, parseNpy, parseNpz } from "../../src/formats/index.js";
import { ascii, base64, fromGolden, type GoldenArray, join, json, refusalOf } from "./support.js";

interface Case {
  id: string;
  npy?: string;
  npz?: string;
  expected?: GoldenArray | Record<string, GoldenArray>;
  refused?: string;
  written?: boolean;
}

const cases = json("npy.golden.json") as Case[];
const sound = cases.filter(({ npy, expected }) => npy !== undefined && expected !== undefined);
const written = sound.filter((one) => one.written);
const refusals = cases.filter(({ refused }) => refused !== undefined);
const zips = cases.filter(({ npz }) => npz !== undefined);

/** A file of any header text and any values. */
function file(header: string, data: number | Uint8Array = 0, version = 1, stated?: number): Uint8Array {
  const text = ascii(header);
  const length = new Uint8Array(version === 1 ? 2 : 4);
  const view = new DataView(length.buffer);
  if (version === 1) view.setUint16(0, stated ?? text.length, true);
  else view.setUint32(0, stated ?? text.length, true);
  const start = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0);
  return join(start, length, text, typeof data === "number" ? new Uint8Array(data) : data);
}

const header = (descr: string, shape: string, fortran = "False") =>
  `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }`;

const refused = (bytes: Uint8Array) => {
  const message = refusalOf(FormatError, () => parseNpy(bytes, { path: "x.npy" }));
  expect(message).toMatch(/^parseNpy: x\.npy: /);
  return message;
};

describe("NumPy's files", () => {
  it("are there", () => {
    expect(sound.length).toBeGreaterThan(55);
    expect(written.length).toBeGreaterThan(8);
    expect(refusals.length).toBe(12);
  });
  it.each(sound)("are read: $id", ({ npy, expected }) => {
    expect(parseNpy(base64(npy!))).toEqual(fromGolden(expected as GoldenArray));
  });
  it.each(written)("are reproduced to the byte: $id", ({ npy, expected }) => {
    expect(encodeNpy(fromGolden(expected as GoldenArray))).toEqual(base64(npy!));
  });
  it.each(refusals)("are refused: $id", ({ npy, refused: reason }) => {
    expect(refused(base64(npy!))).toContain(reason);
  });
  it.each(zips)("of several arrays are read: $id", ({ npz, expected }) => {
    const arrays = parseNpz(base64(npz!));
    const golden = Object.entries(expected as Record<string, GoldenArray>);
    expect([...arrays]).toEqual(golden.map(([name, array]) => [name, fromGolden(array)]));
  });
  it("of whole numbers become float64 on request", () => {
    const large = cases.find(({ id }) => id === "uint64 beyond int32")!;
    expect(parseNpy(base64(large.npy!), { wideIntegers: "float64" })).toEqual({
      dtype: "float64",
      shape: [3],
      data: Float64Array.of(0, 0, 2 ** 63),
    });
  });
});

describe("parseNpy", () => {
  it("takes the entries in any order, in either kind of quotes, with old-style long numbers and without the last comma", () => {
    const text = `{"shape":(2L,1L),"fortran_order":False,'descr':'<i2'}`;
    expect(parseNpy(file(text, Uint8Array.of(1, 0, 255, 255)))).toEqual({
      dtype: "int32",
      shape: [2, 1],
      data: Int32Array.of(1, -1),
    });
    expect(parseNpy(file(header("'?'", "(1,)"), Uint8Array.of(1))).dtype).toBe("bool");
    expect(parseNpy(file(header("'=f4'", "()"), 4)).shape).toEqual([]);
  });
  it("reads from the middle of a larger buffer, and copies", () => {
    const bytes = join(
      Uint8Array.of(9),
      encodeNpy({ dtype: "float32", shape: [2], data: Float32Array.of(1, 2) }),
    );
    const { data } = parseNpy(bytes.subarray(1));
    bytes.fill(0);
    expect(data).toEqual(Float32Array.of(1, 2));
  });
  it("turns Fortran order around where there are more values than are read at a time", () => {
    const [rows, columns] = [300, 401];
    const values = Int16Array.from({ length: rows * columns }, (_, i) => i % 32_000);
    const text = header("'<i2'", `(${rows}, ${columns})`, "True");
    const { data } = parseNpy(file(text, new Uint8Array(values.buffer)));
    const expected = Int32Array.from(
      { length: rows * columns },
      (_, i) => values[(i % columns) * rows + Math.floor(i / columns)]!,
    );
    expect(data).toEqual(expected);
  });
});

describe("parseNpy refuses", () => {
  it("what does not begin as npy does", () => {
    expect(refused(new Uint8Array(9))).toContain("expected at least 10 bytes, found 9");
    expect(refused(ascii("not an npy file"))).toContain("does not begin with the signature");
    expect(refused(ascii("PK\x03\x04 and so on"))).toContain("this is a zip: read it as npz");
  });
  it("versions that it does not know, and headers that are cut short or too long", () => {
    expect(refused(file("{}", 0, 4))).toContain("version 4.0 is not known");
    expect(refused(file("{}", 0, 1, 3))).toContain("the header claims 3 bytes, but only 2 follow: cut short");
    expect(refused(file("{}", 0, 2, 2 ** 32 - 1))).toContain("claims 4294967295 bytes");
    expect(refused(file("{".repeat(70_000), 0, 2))).toContain("claims 70000 bytes; at most 65536");
    expect(refused(file("", 0, 2).subarray(0, 10))).toContain("the header's length is missing");
    expect(
      refused(file(header("'<f4'", "(\u00e9,)"), 4, 3).map((byte) => (byte === 0xc3 ? 0xff : byte))),
    ).toContain("not UTF-8");
  });
  it.each([
    ["", "expected {"],
    ["[]", "expected {"],
    ["{", "expected a key in quotes"],
    ["{'descr'", "expected :"],
    ["{'descr': }", "expected a text, a truth value or a tuple"],
    ["{'descr': __import__('os').system('true')}", "expected a text"],
    ["{'descr': '<f4' 'shape'}", "expected ,"],
    ["{'descr': '<f4', 'descr': '<f4'}", 'the key "descr" appears twice'],
    ["{'descr': '<f4', }x", "expected the end"],
    ["{'descr': '<f4', 'mode': True}", 'the header has a key "mode"'],
    ["{'fortran_order': False, 'shape': ()}", "descr must be a text"],
    ["{'descr': '<f4', 'shape': ()}", "fortran_order must be True or False"],
    ["{'descr': '<f4', 'fortran_order': None, 'shape': ()}", "fortran_order must be True or False"],
    ["{'descr': '<f4', 'fortran_order': False}", "shape must be a tuple"],
    [header("'<f4'", "'3'"), "shape must be a tuple"],
    [header("'<f4'", "(3)"), "expected ,"],
    [header("'<f4'", "(-3,)"), "expected a whole number from 0 up"],
    [header("'<f4'", "(1.5,)"), "expected a whole number from 0 up"],
    [header("'<f4'", "((3,),)"), "expected a whole number from 0 up"],
    [header("'<f4'", "(99999999999999999999,)"), "shape must be a tuple of whole numbers"],
    [header("'<f4'", `(${"1,".repeat(65)})`), "more than 64 axes"],
    [header("(".repeat(60_000), "()"), "expected a whole number"],
    [header("[('x', '<f4')]", "(1,)"), "structured dtype"],
    [header("'|f4'", "(1,)"), "in which order"],
    [header("'<b2'", "(1,)"), 'the dtype "<b2" cannot be read: maru reads numbers and bools'],
    [header("'f'", "(1,)"), "maru reads numbers and bools"],
  ])("the header %j", (text, reason) => {
    expect(refused(file(text, 4))).toContain(reason);
  });
  it("a shape that needs another number of bytes, even where 64 bits would overflow", () => {
    expect(refused(file(header("'<f4'", "(2, 2)"), 15))).toContain(
      "float32 of shape (2,2) takes 16 bytes after the header, found 15: the file is cut short",
    );
    expect(refused(file(header("'<f4'", "(2,)"), 9))).toContain("found 9: bytes are left over");
    const huge = header("'<f8'", "(4294967296, 4294967296, 4)");
    expect(refused(file(huge))).toContain(`takes ${2n ** 69n} bytes`);
  });
  it("a bool that is neither 0 nor 1", () => {
    expect(refused(file(header("'|b1'", "(2,)"), Uint8Array.of(1, 2)))).toContain("element 1 of a BOOL");
  });
});

describe("encodeNpy refuses", () => {
  it("records whose parts disagree, and more axes than NumPy has", () => {
    const data = Float32Array.of(1);
    const encode = (array: ArrayRecord) => () => encodeNpy(array);
    expect(refusalOf(ShapeError, encode({ dtype: "float32", shape: [2], data }))).toContain(
      "holds 2 elements",
    );
    expect(refusalOf(DTypeError, encode({ dtype: "int32", shape: [1], data }))).toContain(
      "held in a Int32Array",
    );
    expect(refusalOf(ValueError, encode({ dtype: "float32", shape: Array(65).fill(1), data }))).toContain(
      "NumPy holds up to 64 axes, found 65",
    );
  });
});
