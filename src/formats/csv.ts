/**
 * CSV, tables as text: columns of numbers as they are, columns of text as the numbers of their classes. Pure: text in,
 * columns out. A cell that does not fit is refused with its line and its column.
 */
import { ValueError } from "../errors.js";
import type { ArrayRecord } from "./array-record.js";
import { ColumnReader, type ColumnType, columnStorage } from "./csv-column.js";
import { type CsvLine, forEachCsvLine, MAX_CELLS } from "./csv-lines.js";
import { type ParseOptions, type Refuse, refusal } from "./format-error.js";

/** How a CSV file is read. */
export interface CsvOptions extends ParseOptions {
  /** The first line holds the columns' names. True if left out; without it columns are called "0", "1" and so on. */
  readonly header?: boolean;
  /** What separates cells: `","` if left out, `"\t"` or `";"` for instance. */
  readonly delimiter?: string;
  /** The columns that are read, in this order; all if left out. */
  readonly columns?: readonly string[];
  /**
   * What a column holds. A column that is not named here holds numbers where its first cell is one, else text.
   * `"number"`; `"text"`: its classes are the texts that occur, sorted; a list: these classes and no others.
   */
  readonly types?: Readonly<Record<string, ColumnType>>;
  /** Cells that hold nothing, besides the empty one. `["NA", "NaN", "nan", "null"]` if left out. */
  readonly missingTexts?: readonly string[];
  /**
   * What becomes of a cell that holds nothing: it is refused (if left out), its line is left out (`"skip"`), or this
   * number stands for it, NaN for instance; in a column of text -1 does.
   */
  readonly missing?: "refuse" | "skip" | number;
  /** dtype of columns of numbers: `"float32"` if left out. */
  readonly dtype?: "float32" | "float64" | "int32";
  /** How the bytes are text: `"utf-8"` if left out, `"euc-kr"` or `"windows-1252"` for instance. */
  readonly encoding?: string;
}

/** What a CSV file holds, column by column. */
export class CsvTable {
  /** Names of the columns, in order. */
  readonly names: readonly string[];
  /** How many lines there are, without the header's. */
  readonly rows: number;
  private readonly readers: ReadonlyMap<string, ColumnReader>;

  /** Use `parseCsv` or `readCsv`. */
  constructor(readers: ReadonlyMap<string, ColumnReader>, rows: number) {
    this.names = [...readers.keys()];
    this.readers = readers;
    this.rows = rows;
  }

  /**
   * One column: numbers, or the numbers of classes as int32; of shape (rows).
   *
   * @throws ValueError for a name that no column has
   */
  column(name: string): ArrayRecord {
    return this.find("column", name).record();
  }

  /**
   * The classes of a column of text: class i is at place i.
   *
   * @throws ValueError for a name that no column of text has
   */
  classes(name: string): readonly string[] {
    const classes = this.find("classes", name).classes();
    if (classes === null) {
      throw new ValueError(
        `CsvTable.classes: column ${JSON.stringify(name)} holds numbers; for classes, read it with ` +
          `{ types: { ${JSON.stringify(name)}: "text" } }`,
      );
    }
    return classes;
  }

  /**
   * Columns side by side, all of numbers if left out: (rows, columns), of the first one's dtype.
   *
   * @throws ValueError for a name that no column has, and for none; columns of text are taken by their classes' numbers
   */
  matrix(names?: readonly string[]): ArrayRecord {
    const chosen = names ?? this.names.filter((name) => this.readers.get(name)?.classes() === null);
    const columns = chosen.map((name) => this.find("matrix", name).record());
    const [first] = columns;
    if (first === undefined) throw new ValueError("CsvTable.matrix: there are no columns of numbers");
    const dtype = columns.find((column) => column.dtype !== "int32")?.dtype ?? first.dtype;
    const data = columnStorage(dtype, this.rows * columns.length);
    columns.forEach((column, at) => {
      for (let row = 0; row < this.rows; row++) data[row * columns.length + at] = column.data[row]!;
    });
    return { dtype, shape: [this.rows, columns.length], data };
  }

  private find(operation: string, name: string): ColumnReader {
    const reader = this.readers.get(name);
    if (reader !== undefined) return reader;
    const known = this.names.map((known) => JSON.stringify(known)).join(", ");
    throw new ValueError(`CsvTable.${operation}: no column ${JSON.stringify(name)}; there are ${known}`);
  }
}

function checkOptions({ delimiter = ",", missing, dtype }: CsvOptions): void {
  if (delimiter.length !== 1 || /["\r\n\ufeff]/.test(delimiter)) {
    throw new ValueError(
      `parseCsv: the delimiter is one character, no quote and no line break; found ${JSON.stringify(delimiter)}`,
    );
  }
  if (missing !== undefined && typeof missing !== "number" && missing !== "refuse" && missing !== "skip") {
    throw new ValueError(
      `parseCsv: missing is "refuse", "skip" or a number, found ${JSON.stringify(missing)}`,
    );
  }
  if (dtype !== undefined && dtype !== "float32" && dtype !== "float64" && dtype !== "int32") {
    throw new ValueError(
      `parseCsv: numbers become float32, float64 or int32, found ${JSON.stringify(dtype)}`,
    );
  }
  if (dtype === "int32" && typeof missing === "number" && !Number.isInteger(missing)) {
    throw new ValueError(`parseCsv: int32 cannot hold ${missing} for missing cells; choose a whole number`);
  }
}

/** No engine's strings are longer than this. */
const MAX_TEXT = 2 ** 29 - 24;

/** The text of bytes; an order mark at the front belongs to the encoding, not to the first name. */
function decode(input: Uint8Array | string, encoding: string, refuse: Refuse): string {
  if (typeof input === "string") return input.startsWith("\ufeff") ? input.slice(1) : input;
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(encoding, { fatal: true });
  } catch (error) {
    throw new ValueError(`parseCsv: no encoding is called ${JSON.stringify(encoding)}`, { cause: error });
  }
  if (input.length > MAX_TEXT)
    refuse(`${input.length} bytes are more than the ${MAX_TEXT} that one text can have`);
  try {
    return decoder.decode(input);
  } catch (error) {
    return refuse(`it is not ${encoding} text: say which with { encoding: "euc-kr" }, for instance`, error);
  }
}

const MISSING_TEXTS = ["NA", "NaN", "nan", "null"];

/** At least as many as there are lines, however they end. */
function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++;
  for (let at = text.indexOf("\r"); at >= 0; at = text.indexOf("\r", at + 1)) count++;
  return count;
}

/** Takes the lines of a file: the first gives the columns, each other a value of each. */
class TableReader {
  rows = 0;
  private names: readonly string[] | undefined;
  private chosen: { at: number; reader: ColumnReader }[] = [];
  private readonly options: CsvOptions;
  private readonly refuse: Refuse;
  /** How many characters and lines there are: no column has more cells than that. */
  private readonly length: number;
  private readonly lines: number;

  constructor(text: string, options: CsvOptions, refuse: Refuse) {
    this.length = text.length;
    this.lines = countLines(text);
    this.options = options;
    this.refuse = refuse;
  }

  take({ cells, line }: CsvLine): void {
    if (this.names === undefined) {
      const header = this.options.header ?? true;
      this.begin(header ? cells.map((cell) => cell.trim()) : cells.map((_, at) => String(at)), line);
      if (header) return;
    }
    const names = this.names!;
    if (cells.length !== names.length) {
      this.refuse(`line ${line} has ${cells.length} cells, but there are ${names.length} columns`);
    }
    if (this.options.missing === "skip" && this.chosen.some(({ at, reader }) => reader.lacks(cells[at]!)))
      return;
    for (const { at, reader } of this.chosen) reader.take(cells[at]!, this.rows, line);
    this.rows++;
  }

  private begin(names: readonly string[], line: number): void {
    const seen = new Set<string>();
    for (const [at, name] of names.entries()) {
      if (seen.has(name)) {
        this.refuse(`line ${line}: column ${at + 1} is called ${JSON.stringify(name)}, as one before it`);
      }
      seen.add(name);
    }
    const { columns = names, types = {} } = this.options;
    if (names.length > MAX_CELLS) this.refuse(`line ${line} has more than ${MAX_CELLS} cells`);
    for (const name of [...columns, ...Object.keys(types)]) {
      if (seen.has(name)) continue;
      const known = names.map((known) => JSON.stringify(known)).join(", ");
      this.refuse(`there is no column ${JSON.stringify(name)}; line ${line} has ${known}`);
    }
    this.names = names;
    // Each cell takes at least what separates it from the next, and one character more unless it may be empty.
    const least = names.length * (typeof this.options.missing === "number" ? 1 : 2);
    const capacity = Math.min(this.lines, Math.ceil((this.length + 1) / least));
    const places = new Map(names.map((name, at) => [name, at]));
    const { missingTexts = MISSING_TEXTS } = this.options;
    const settings = { ...this.options, missingTexts: new Set(missingTexts) };
    this.chosen = columns.map((name) => {
      const type = Object.hasOwn(types, name) ? types[name] : undefined;
      return {
        at: places.get(name)!,
        reader: new ColumnReader(name, type, capacity, settings, this.refuse),
      };
    });
  }

  table(): CsvTable {
    if (this.names === undefined) this.refuse("there is nothing in it");
    const readers = this.chosen.map(({ reader }) => [reader.name, reader.finish(this.rows)] as const);
    return new CsvTable(new Map(readers), this.rows);
  }
}

/**
 * Reads a CSV file's bytes or text. Columns of numbers become `dtype`; columns of text the numbers of their classes, in
 * sorted order unless `types` gives them; blank lines are left out, and spaces around cells.
 *
 * @throws FormatError naming the file, the line and the column: a line with more or fewer cells than there are columns, a
 * quote out of order, a cell that is no number, does not fit the dtype, is no class that was given, or holds nothing; two
 * columns of one name, a column that is not there, bytes that are not text.
 * @throws ValueError for options that make no sense
 *
 * @example
 * ```ts
 * import { parseCsv, toTensor } from "maru/formats";
 * const table = parseCsv("height,width,kind\n5.1,3.5,setosa\n6.2,2.9,virginica\n");
 * toTensor(table.matrix(["height", "width"])).shape; // [2, 2]
 * table.column("kind").data; // Int32Array [0, 1]
 * table.classes("kind"); // ["setosa", "virginica"]
 * ```
 */
export function parseCsv(input: Uint8Array | string, options: CsvOptions = {}): CsvTable {
  checkOptions(options);
  const refuse = refusal("parseCsv", options);
  const { delimiter = ",", encoding = "utf-8" } = options;
  const text = decode(input, encoding, refuse);
  const reader = new TableReader(text, options, refuse);
  forEachCsvLine(text, delimiter, (line) => reader.take(line), refuse);
  return reader.table();
}
