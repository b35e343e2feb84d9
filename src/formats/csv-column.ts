/** One column of a CSV file while it is read: numbers as they are, or texts by the number of their class. */
import type { DType, TypedArray } from "../graph/dtype.js";
import type { ArrayRecord } from "./array-record.js";
import type { Refuse } from "./format-error.js";

/** What a column holds: numbers, texts, or texts of these classes only. */
export type ColumnType = "number" | "text" | readonly string[];

/** What a column must know of how the file is read. */
export interface ColumnOptions {
  readonly missingTexts: ReadonlySet<string>;
  readonly missing?: "refuse" | "skip" | number;
  readonly dtype?: "float32" | "float64" | "int32";
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITY = /^([+-]?)inf(?:inity)?$/i;
const MISSING_CLASS = -1;
/** A column of more is no column of classes, and would take more memory than its text. */
const MAX_CLASSES = 2 ** 16;

/** The number that a cell is, or undefined. */
function parseNumber(cell: string): number | undefined {
  if (NUMBER.test(cell)) return Number(cell);
  const sign = INFINITY.exec(cell)?.[1];
  return sign === undefined ? undefined : sign === "-" ? -Infinity : Infinity;
}

const quote = (cell: string): string => JSON.stringify(cell.length > 40 ? `${cell.slice(0, 40)}...` : cell);

/** A text of its own: a piece of the file's text would keep all of it in memory. */
const copyText = (text: string): string => ` ${text}`.slice(1);

/** Zeroed memory for the values of columns. */
export function columnStorage(dtype: DType, length: number): TypedArray {
  if (dtype === "float64") return new Float64Array(length);
  return dtype === "float32" ? new Float32Array(length) : new Int32Array(length);
}

/** Takes the cells of a column, one row after the other. */
export class ColumnReader {
  readonly name: string;
  private readonly options: ColumnOptions;
  private readonly refuse: Refuse;
  private readonly capacity: number;
  private readonly given: readonly string[] | null;
  /** Undefined until the first cell that holds something says it. */
  private kind: "number" | "text" | undefined;
  private values: TypedArray | undefined;
  /** The number of each class; in the order in which they came until the end. */
  private numbers = new Map<string, number>();

  constructor(
    name: string,
    type: ColumnType | undefined,
    capacity: number,
    options: ColumnOptions,
    refuse: Refuse,
  ) {
    this.name = name;
    this.capacity = capacity;
    this.options = options;
    this.refuse = refuse;
    this.given = type === undefined || typeof type === "string" ? null : type;
    this.kind = this.given === null ? (type as "number" | "text" | undefined) : "text";
    this.given?.forEach((text, number) => void this.numbers.set(text, number));
  }

  /** Does a cell hold nothing? */
  lacks(cell: string): boolean {
    return this.isMissing(cell.trim());
  }

  private isMissing(text: string): boolean {
    return text === "" || this.options.missingTexts.has(text);
  }

  /** Takes the cell of a row. */
  take(cell: string, row: number, line: number): void {
    const text = cell.trim();
    if (this.isMissing(text)) {
      this.storage()[row] = this.missingValue(text, line);
      return;
    }
    this.kind ??= this.kindOf(text, row);
    this.storage()[row] = this.kind === "text" ? this.classOf(text, line) : this.numberOf(text, line);
  }

  private fail(line: number, problem: string): never {
    return this.refuse(`line ${line}, column ${JSON.stringify(this.name)}: ${problem}`);
  }

  /** The first cell decides. Rows before it held nothing, which is said differently of texts. */
  private kindOf(text: string, row: number): "number" | "text" {
    if (parseNumber(text) !== undefined) return "number";
    if (this.values !== undefined) this.values = new Int32Array(this.capacity).fill(MISSING_CLASS, 0, row);
    return "text";
  }

  private storage(): TypedArray {
    this.values ??= columnStorage(this.dtype(), this.capacity);
    return this.values;
  }

  private dtype(): DType {
    return this.kind === "text" ? "int32" : (this.options.dtype ?? "float32");
  }

  private missingValue(text: string, line: number): number {
    const { missing } = this.options;
    if (typeof missing === "number") return this.kind === "text" ? MISSING_CLASS : missing;
    return this.fail(
      line,
      `${text === "" ? "the cell is empty" : `${quote(text)} holds nothing`}: leave such lines out with ` +
        '{ missing: "skip" }, or say what stands for it with { missing: NaN }, for instance',
    );
  }

  private numberOf(text: string, line: number): number {
    const value = parseNumber(text);
    if (value === undefined) {
      const types = `{ types: { ${JSON.stringify(this.name)}: "text" } }`;
      return this.fail(line, `${quote(text)} is no number; if the column holds text, say so with ${types}`);
    }
    const dtype = this.dtype();
    const fits =
      dtype === "int32"
        ? Number.isInteger(value) && Math.abs(value + 0.5) < 2 ** 31
        : dtype === "float32"
          ? Number.isFinite(Math.fround(value)) || INFINITY.test(text)
          : Number.isFinite(value) || INFINITY.test(text);
    return fits ? value : this.fail(line, `${quote(text)} does not fit ${dtype}`);
  }

  private classOf(text: string, line: number): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    if (this.given !== null) {
      const classes = this.given.slice(0, 8).map(quote).join(", ");
      return this.fail(line, `${quote(text)} is none of the classes ${classes}`);
    }
    const number = this.numbers.size;
    if (number === MAX_CLASSES) {
      return this.fail(
        line,
        `there are more than ${MAX_CLASSES} different texts: these are no classes; choose other columns with { columns }`,
      );
    }
    this.numbers.set(copyText(text), number);
    return number;
  }

  /** Cuts the column to its rows, and brings classes that were found into sorted order. */
  finish(rows: number): this {
    const all = this.storage();
    // A copy where it lets go of much that is not needed.
    const values = rows > 0.9 * all.length ? all.subarray(0, rows) : all.slice(0, rows);
    this.values = values;
    if (this.kind === "text" && this.given === null) {
      const found = [...this.numbers].sort(([a], [b]) => (a < b ? -1 : 1));
      const place = new Int32Array(found.length);
      for (const [to, [, from]] of found.entries()) place[from] = to;
      for (let row = 0; row < rows; row++) if (values[row]! >= 0) values[row] = place[values[row]!]!;
      this.numbers = new Map(found.map(([text], number) => [text, number]));
    }
    return this;
  }

  record(): ArrayRecord {
    const data = this.storage();
    return { dtype: this.dtype(), shape: [data.length], data };
  }

  /** The texts of the classes in order; null for a column of numbers. */
  classes(): readonly string[] | null {
    return this.kind === "text" ? [...this.numbers.keys()] : null;
  }
}
