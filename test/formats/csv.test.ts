/** CSV: numbers and classes by column, and cells that do not fit refused with their line and their column. */
import { describe, expect, it } from "vitest";
import { FormatError, ValueError } from "../../src/errors.js";
import { type CsvOptions, parseCsv } from "../../src/formats/index.js";
import { ascii, refusalOf } from "./support.js";

const flowers = `sepal length,"sepal, width",species
5.1,3.5,setosa
 6.2 ,2.9,virginica

5.9,3,versicolor
`;

const refused = (text: string, options: CsvOptions = {}) => {
  const message = refusalOf(FormatError, () => parseCsv(text, { path: "x.csv", ...options }));
  expect(message).toMatch(/^parseCsv: x\.csv: /);
  return message.slice("parseCsv: x.csv: ".length);
};
const numbers = (text: string, options: CsvOptions = {}) => [...parseCsv(text, options).column("x").data];

describe("parseCsv", () => {
  it("reads numbers as they are, and text as the numbers of sorted classes", () => {
    const table = parseCsv(flowers);
    expect(table.names).toEqual(["sepal length", "sepal, width", "species"]);
    expect(table.rows).toBe(3);
    expect(table.column("sepal length")).toEqual({
      dtype: "float32",
      shape: [3],
      data: Float32Array.of(5.1, 6.2, 5.9),
    });
    expect(table.column("species")).toEqual({ dtype: "int32", shape: [3], data: Int32Array.of(0, 2, 1) });
    expect(table.classes("species")).toEqual(["setosa", "versicolor", "virginica"]);
  });
  it("puts columns side by side", () => {
    const table = parseCsv(flowers, { dtype: "float64" });
    expect(table.matrix()).toEqual({
      dtype: "float64",
      shape: [3, 2],
      data: Float64Array.of(5.1, 3.5, 6.2, 2.9, 5.9, 3),
    });
    expect(table.matrix(["species", "sepal, width"]).data).toEqual(Float64Array.of(0, 3.5, 2, 2.9, 1, 3));
    expect(table.matrix(["species"])).toEqual({
      dtype: "int32",
      shape: [3, 1],
      data: Int32Array.of(0, 2, 1),
    });
  });
  it("reads only the columns that are asked for, in that order", () => {
    const table = parseCsv("a,b,c\n1,what,2\n3,ever,4\n", { columns: ["c", "a"], types: { b: "number" } });
    expect(table.names).toEqual(["c", "a"]);
    expect([...table.matrix().data]).toEqual([2, 1, 4, 3]);
  });
  it("gives classes the numbers that it is told, in each file the same", () => {
    const types = { kind: ["red", "green", "blue"] };
    const table = parseCsv("kind\nblue\nred\n", { types });
    expect([...table.column("kind").data]).toEqual([2, 0]);
    expect(table.classes("kind")).toEqual(["red", "green", "blue"]);
  });
  it("takes numbers for text where it is told", () => {
    const table = parseCsv("zip\n10115\n00100\n10115\n", { types: { zip: "text" } });
    expect(table.classes("zip")).toEqual(["00100", "10115"]);
    expect([...table.column("zip").data]).toEqual([1, 0, 1]);
  });
  it("reads every way in which numbers are written", () => {
    expect(numbers("x\n1\n-2.5\n+3.\n.5\n1e3\n-2E-2\ninf\n-Infinity\n", { dtype: "float64" })).toEqual([
      1,
      -2.5,
      3,
      0.5,
      1000,
      -0.02,
      Infinity,
      -Infinity,
    ]);
    expect(numbers("x\n-2147483648\n2147483647\n", { dtype: "int32" })).toEqual([-(2 ** 31), 2 ** 31 - 1]);
  });
  it("takes other line ends, delimiters, encodings, and files without a header", () => {
    expect(numbers("x\r\n1\r\n2\r\n")).toEqual([1, 2]);
    expect(numbers("x\r1\r2")).toEqual([1, 2]);
    expect(numbers("x;y\n1;2", { delimiter: ";" })).toEqual([1]);
    expect(numbers("y\tx\n1\t2", { delimiter: "\t" })).toEqual([2]);
    const bare = parseCsv("1,2\n3,4", { header: false });
    expect(bare.names).toEqual(["0", "1"]);
    expect([...bare.matrix().data]).toEqual([1, 2, 3, 4]);
    expect(parseCsv(ascii("\ufeffx,y\n1,2")).names).toEqual(["x", "y"]);
    expect(parseCsv("\ufeffx,y\n1,2").names).toEqual(["x", "y"]);
    const korean = Uint8Array.of(0xc3, 0xfe, 0x0a, 0x31); // 층 in EUC-KR
    expect(parseCsv(korean, { encoding: "euc-kr" }).names).toEqual(["층"]);
  });
  it("takes quoted cells with delimiters, quotes and line breaks in them, and plain quotes inside a cell", () => {
    const table = parseCsv('name,n\n"a ""b"", c\nd",1\n5" disk,2\n"",3\n', {
      missing: 0,
      types: { name: "text" },
    });
    expect(table.classes("name")).toEqual(['5" disk', 'a "b", c\nd']);
    expect([...table.column("name").data]).toEqual([1, 0, -1]);
  });
  it("lets a header without lines be an empty table", () => {
    const table = parseCsv("x,y\n");
    expect(table.rows).toBe(0);
    expect(table.matrix().shape).toEqual([0, 2]);
  });
  it("keeps names such as __proto__ harmless", () => {
    const table = parseCsv("__proto__,constructor\n1,2\n", { types: {} });
    expect([...table.matrix(["constructor", "__proto__"]).data]).toEqual([2, 1]);
  });
});

describe("cells that hold nothing", () => {
  const text = "x,kind\n1,a\n,b\nNA,c\n4, \n";
  it("are refused, with what can be done", () => {
    expect(refused(text)).toBe(
      'line 3, column "x": the cell is empty: leave such lines out with { missing: "skip" }, or say what stands for ' +
        "it with { missing: NaN }, for instance",
    );
    expect(refused("x\n1\nnull\n")).toContain('line 3, column "x": "null" holds nothing');
  });
  it("leave their line out, where one that is read lacks", () => {
    const table = parseCsv(text, { missing: "skip" });
    expect([...table.column("x").data]).toEqual([1]);
    expect(table.classes("kind")).toEqual(["a"]);
    expect(parseCsv(text, { missing: "skip", columns: ["kind"] }).classes("kind")).toEqual(["a", "b", "c"]);
  });
  it("become a number, and -1 among classes", () => {
    const table = parseCsv(text, { missing: Number.NaN });
    expect([...table.column("x").data]).toEqual([1, NaN, NaN, 4]);
    expect([...table.column("kind").data]).toEqual([0, 1, 2, -1]);
    const late = parseCsv("kind\nNA\nnan\nb\na\n", { missing: 7 });
    expect([...late.column("kind").data]).toEqual([-1, -1, 1, 0]);
  });
  it("are those that one says", () => {
    expect(numbers("x\n?\n1\n", { missingTexts: ["?"], missing: 0 })).toEqual([0, 1]);
    expect(parseCsv("country\nNA\nKR\n", { missingTexts: [] }).classes("country")).toEqual(["KR", "NA"]);
  });
});

describe("parseCsv refuses, with line and column,", () => {
  it("cells that are no number, or do not fit", () => {
    expect(refused('x,y\n1,2\n"\n3",4\n3,4O\n')).toContain(
      'line 5, column "y": "4O" is no number; if the column',
    );
    expect(refused("x\n1\n0x10\n")).toContain('"0x10" is no number');
    expect(refused("x\n1\n1,5\n")).toBe("line 3 has 2 cells, but there are 1 columns");
    expect(refused("x\n1e39\n")).toContain('line 2, column "x": "1e39" does not fit float32');
    expect(refused("x\n1e400\n", { dtype: "float64" })).toContain("does not fit float64");
    for (const cell of ["1.5", "2147483648", "-2147483649", "inf"])
      expect(refused(`x\n${cell}\n`, { dtype: "int32" })).toContain(`"${cell}" does not fit int32`);
    expect(refused("x\na\n", { types: { x: "number" } })).toContain('"a" is no number');
    expect(refused("x\na\n", { types: { x: ["b", "c"] } })).toContain(
      'line 2, column "x": "a" is none of the classes "b", "c"',
    );
  });
  it("texts that are too many to be classes", () => {
    const lines = Array.from({ length: 65_537 }, (_, i) => `t${i}`).join("\n");
    expect(refused(`x\n${lines}`)).toContain(
      'line 65538, column "x": there are more than 65536 different texts',
    );
  });
  it("lines of another length, and columns that are missing or twice", () => {
    expect(refused("a,b\n1,2\n3\n")).toBe("line 3 has 1 cells, but there are 2 columns");
    expect(refused("a,b\n1,2\n\n3,4,5\n")).toBe("line 4 has 3 cells, but there are 2 columns");
    expect(refused("a,b, a\n1,2,3\n")).toBe('line 1: column 3 is called "a", as one before it');
    expect(refused("a,b\n1,2\n", { columns: ["c"] })).toBe('there is no column "c"; line 1 has "a", "b"');
    expect(refused("a,b\n1,2\n", { types: { c: "text" } })).toContain('there is no column "c"');
  });
  it("quotes out of order", () => {
    expect(refused('x\n1\n"2\n')).toBe("line 3: a quoted cell is never closed");
    expect(refused('x,y\n"a"b,1\n')).toContain('line 2: a quoted cell is followed by "b"');
  });
  it("what is empty, or is not text", () => {
    expect(refused("")).toBe("there is nothing in it");
    expect(refused("\n\n")).toBe("there is nothing in it");
    const latin = refusalOf(FormatError, () => parseCsv(Uint8Array.of(0x78, 0x0a, 0xe9)));
    expect(latin).toContain("it is not utf-8 text: say which with { encoding:");
  });
});

describe("options and names that make no sense", () => {
  it.each([
    [{ delimiter: "" }, "the delimiter is one character"],
    [{ delimiter: '"' }, "the delimiter is one character"],
    [{ missing: "drop" as "skip" }, 'missing is "refuse", "skip" or a number'],
    [{ dtype: "uint8" as "int32" }, "float32, float64 or int32"],
    [{ dtype: "int32" as const, missing: Number.NaN }, "int32 cannot hold NaN"],
    [{ encoding: "klingon" }, 'no encoding is called "klingon"'],
  ])("%j", (options, reason) => {
    expect(refusalOf(ValueError, () => parseCsv(ascii("x\n1"), options))).toContain(reason);
  });
  it("are refused by the table", () => {
    const table = parseCsv(flowers);
    expect(refusalOf(ValueError, () => table.column("width"))).toContain(
      'CsvTable.column: no column "width"; there are "sepal length"',
    );
    expect(refusalOf(ValueError, () => table.classes("sepal length"))).toContain(
      "holds numbers; for classes",
    );
    expect(refusalOf(ValueError, () => parseCsv("x\na").matrix())).toContain(
      "there are no columns of numbers",
    );
    expect(refusalOf(ValueError, () => table.matrix(["no"]))).toContain('no column "no"');
  });
});
