/**
 * The header of an npy file: a Python dictionary of three entries, written as Python writes it. It is read by a reader of
 * its own for just the values that can stand there; nothing is evaluated.
 *
 * Source: NumPy's `numpy/lib/format.py` (NEP 1), and Python's literals.
 */
import { countElements, formatShape, MAX_RANK } from "./array-record.js";
import type { Refuse } from "./format-error.js";
import { STORED_TYPES, type StoredDType } from "./stored-types.js";

/** The types that npy files hold; bfloat16 is not one that NumPy has. */
export type NpyDType = Exclude<StoredDType, "bfloat16">;

/** What a header says, held against what maru can read. */
export interface NpyHeader {
  readonly type: NpyDType;
  readonly bigEndian: boolean;
  /** The first axis is the fastest, as in Fortran. */
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

/** NumPy's letters and sizes. */
export const NPY_TYPES: Readonly<Record<NpyDType, string>> = {
  float64: "f8",
  float32: "f4",
  float16: "f2",
  int64: "i8",
  int32: "i4",
  int16: "i2",
  int8: "i1",
  uint64: "u8",
  uint32: "u4",
  uint16: "u2",
  uint8: "u1",
  bool: "b1",
};

const TYPES: ReadonlyMap<string, NpyDType> = new Map(
  Object.entries(NPY_TYPES).map(([type, letters]) => [letters, type as NpyDType]),
);

/** What NumPy has and maru does not, by the type's letter. */
const REFUSED: Readonly<Record<string, string>> = {
  O: "Python objects, which only running the file's code would bring back: save arrays of numbers",
  S: "text (byte strings): save numbers, or write the column as CSV",
  a: "text (byte strings): save numbers, or write the column as CSV",
  U: "text (Unicode strings): save numbers, or write the column as CSV",
  V: "raw bytes or records: save each field as an array of its own",
  c: "complex numbers: save the real and the imaginary part as two arrays",
  M: "dates: save them as numbers",
  m: "time differences: save them as numbers",
  f: "a float of a size that only some machines have: save it as float64",
};

type Literal = string | boolean | null | readonly number[];

/** Short, whatever a file put there. */
const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}...` : text);

const SPACE = /[ \t\r\n\f]*/y;
const TEXT = /'([^'\\\n]*)'|"([^"\\\n]*)"/y;
/** Python 2 wrote an L after long integers. */
const NUMBER = /(\d{1,20})L?(?![\w.])/y;
const WORD = /True|False|None/y;
const WORDS: Readonly<Record<string, boolean | null>> = { True: true, False: false, None: null };

/** Reads the one literal that a header is. */
class Reader {
  private readonly text: string;
  private readonly refuse: Refuse;
  private position = 0;

  constructor(text: string, refuse: Refuse) {
    this.text = text;
    this.refuse = refuse;
  }

  dictionary(): Map<string, Literal> {
    const entries = new Map<string, Literal>();
    this.take("{");
    while (!this.sees("}")) {
      const key = this.match(TEXT);
      if (key === null) return this.fail("expected a key in quotes");
      const name = key[1] ?? key[2] ?? "";
      if (entries.has(name)) this.fail(`the key ${JSON.stringify(name)} appears twice`);
      this.take(":");
      entries.set(name, this.value(name));
      if (!this.sees("}")) this.take(",");
    }
    this.take("}");
    this.match(SPACE);
    if (this.position < this.text.length) this.fail("expected the end");
    return entries;
  }

  private value(key: string): Literal {
    const text = this.match(TEXT);
    if (text !== null) return text[1] ?? text[2] ?? "";
    const word = this.match(WORD);
    if (word !== null) return WORDS[word[0]]!;
    if (this.sees("(")) return this.tuple();
    if (key === "descr" && this.sees("[")) {
      return this.refuse("it holds records (a structured dtype): save each field as an array of its own");
    }
    return this.fail("expected a text, a truth value or a tuple of whole numbers");
  }

  private tuple(): readonly number[] {
    const numbers: number[] = [];
    this.take("(");
    while (!this.sees(")")) {
      const digits = this.match(NUMBER);
      if (digits === null) return this.fail("expected a whole number from 0 up");
      numbers.push(Number(digits[1]));
      if (numbers.length > MAX_RANK) this.fail(`more than ${MAX_RANK} axes`);
      if (!this.sees(")")) this.take(",");
      // (3) is a number in Python, and no tuple.
      else if (numbers.length === 1) this.fail("expected ,");
    }
    this.take(")");
    return numbers;
  }

  private sees(character: string): boolean {
    this.match(SPACE);
    return this.text[this.position] === character;
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    if (pattern !== SPACE) this.match(SPACE);
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text);
    this.position += found?.[0].length ?? 0;
    return found;
  }

  private take(character: string): void {
    if (!this.sees(character)) this.fail(`expected ${character}`);
    this.position++;
  }

  private fail(problem: string): never {
    const found = this.text[this.position];
    const what = found === undefined ? "the end" : JSON.stringify(found);
    return this.refuse(`the header is not NumPy's: ${problem} at character ${this.position}, found ${what}`);
  }
}

function readType(descr: Literal | undefined, refuse: Refuse): { type: NpyDType; bigEndian: boolean } {
  if (typeof descr !== "string") return refuse("the header's descr must be a text such as '<f4'");
  const [, order = "", letter = "", size = ""] = /^([<>=|]?)([A-Za-z?])(\d{0,9})$/.exec(descr) ?? [];
  const type = letter === "?" ? "bool" : TYPES.get(letter + size);
  if (type === undefined) {
    const reason = size === "" && letter === "f" ? undefined : REFUSED[letter];
    return refuse(
      `the dtype ${JSON.stringify(shorten(descr))} cannot be read: ${reason ?? "maru reads numbers and bools"}`,
    );
  }
  if (order === "|" && STORED_TYPES[type].bytes > 1) {
    refuse(`the dtype ${JSON.stringify(descr)} does not say in which order the bytes of a value come`);
  }
  return { type, bigEndian: order === ">" };
}

const KEYS = ["descr", "fortran_order", "shape"];

/**
 * Reads a header's text.
 *
 * @throws FormatError for anything but NumPy's three entries, and for dtypes that are no plain numbers or bools
 */
export function parseNpyHeader(text: string, refuse: Refuse): NpyHeader {
  const entries = new Reader(text, refuse).dictionary();
  const strange = [...entries.keys()].find((key) => !KEYS.includes(key));
  if (strange !== undefined)
    refuse(`the header has a key ${JSON.stringify(shorten(strange))}; expected ${KEYS.join(", ")}`);
  const { type, bigEndian } = readType(entries.get("descr"), refuse);
  const fortranOrder = entries.get("fortran_order");
  if (typeof fortranOrder !== "boolean") return refuse("the header's fortran_order must be True or False");
  const shape = entries.get("shape");
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size))) {
    return refuse("the header's shape must be a tuple of whole numbers");
  }
  return { type, bigEndian, fortranOrder, shape };
}

/** The room that NumPy leaves so that the first axis can grow in place. */
const GROWTH_DIGITS = 21;
const ALIGNMENT = 64;
/** Signature, version, and the two bytes of the header's length. */
const PRELUDE_BYTES = 10;

/** The header that NumPy writes for an array in row-major order, from the signature on, to the byte. */
export function encodeNpyHeader(type: NpyDType, shape: readonly number[]): Uint8Array {
  const order = STORED_TYPES[type].bytes === 1 ? "|" : "<";
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${order}${NPY_TYPES[type]}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const growth = shape.length === 0 ? 0 : GROWTH_DIGITS - String(shape[0]).length;
  const least = PRELUDE_BYTES + text.length + growth + 1;
  const length = Math.ceil(least / ALIGNMENT) * ALIGNMENT;
  const header = new Uint8Array(length).fill(0x20);
  header.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(header.buffer).setUint16(8, length - PRELUDE_BYTES, true);
  header.set(new TextEncoder().encode(text), PRELUDE_BYTES);
  header[length - 1] = 0x0a;
  return header;
}

/** Refuses unless the values are exactly what is left of the file. Gives how many there are. */
export function checkNpySize({ type, shape }: NpyHeader, available: number, refuse: Refuse): number {
  const count = countElements(shape);
  const needed = count * BigInt(STORED_TYPES[type].bytes);
  if (needed !== BigInt(available)) {
    const verdict = needed > available ? "the file is cut short" : "bytes are left over";
    refuse(
      `${type} of shape ${formatShape(shape)} takes ${needed} bytes after the header, found ${available}: ${verdict}`,
    );
  }
  return Number(count);
}
