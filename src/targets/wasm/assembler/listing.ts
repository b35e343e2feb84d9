/** A function as text in the manner of the WebAssembly text format, read back from its bytes. For people only. */
import type { FunctionBuilder } from "./function.js";
import { INSTRUCTIONS, type Instruction, VALUE_TYPES } from "./instructions.js";

const keyOf = (bytes: readonly number[]): string => bytes.join();
const BY_BYTES = new Map([...INSTRUCTIONS.values()].map((entry) => [keyOf(entry.bytes), entry]));
const TYPE_NAMES = new Map(Object.entries(VALUE_TYPES).map(([name, code]) => [code, name]));

class Reader {
  at = 0;
  readonly #view: DataView;

  constructor(readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    return this.bytes[this.at++]!;
  }

  take(count: number): number[] {
    this.at += count;
    return [...this.bytes.subarray(this.at - count, this.at)];
  }

  leb(signed: boolean): bigint {
    let [value, shift, byte] = [0n, 0n, 0];
    do {
      byte = this.byte();
      value |= BigInt(byte & 127) << shift;
      shift += 7n;
    } while (byte & 128);
    return signed && byte & 64 ? value - (1n << shift) : value;
  }

  f32(): number {
    this.at += 4;
    return this.#view.getFloat32(this.at - 4, true);
  }

  f64(): number {
    this.at += 8;
    return this.#view.getFloat64(this.at - 8, true);
  }

  instruction(): Instruction {
    const key = [this.byte()];
    while (!BY_BYTES.has(keyOf(key))) key.push(this.byte());
    return BY_BYTES.get(keyOf(key))!;
  }
}

const number = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

/** The words after an instruction's name. */
function immediates(reader: Reader, { immediate }: Instruction, names: Names): string {
  switch (immediate) {
    case "plain":
      return "";
    case "block": {
      const type = TYPE_NAMES.get(reader.byte());
      return type === undefined ? "" : ` (result ${type})`;
    }
    case "label":
      return ` ${reader.leb(false)}`;
    case "function":
      return ` $${names.functions[Number(reader.leb(false))]}`;
    case "local":
      return ` $${names.locals[Number(reader.leb(false))]}`;
    case "memory": {
      reader.byte();
      const offset = reader.leb(false);
      return offset === 0n ? "" : ` offset=${offset}`;
    }
    case "memoryLane": {
      reader.byte();
      const offset = reader.leb(false);
      return `${offset === 0n ? "" : ` offset=${offset}`} ${reader.byte()}`;
    }
    case "lane":
      return ` ${reader.byte()}`;
    case "shuffle":
      return ` ${reader.take(16).join(" ")}`;
    case "v128": {
      const words = new Uint32Array(Uint8Array.from(reader.take(16)).buffer);
      return ` i32x4 ${[...words].map((word) => `0x${word.toString(16).padStart(8, "0")}`).join(" ")}`;
    }
    case "i32":
    case "i64":
      return ` ${reader.leb(true)}`;
    case "f32":
      return ` ${number(reader.f32())}`;
    case "f64":
      return ` ${number(reader.f64())}`;
    case "fence":
      reader.byte();
      return "";
  }
}

interface Names {
  readonly locals: readonly string[];
  readonly functions: readonly string[];
}

/** The function's text, one instruction a line; `functions` by number, for the names of those it calls. */
export function listFunction(
  builder: FunctionBuilder,
  functions: readonly { readonly name: string }[],
): string {
  const names = {
    locals: builder.locals.map(({ name }) => name),
    functions: functions.map(({ name }) => name),
  };
  const params = builder.type.params.map(([name, type]) => ` (param $${name} ${type})`).join("");
  const results = builder.type.results.map((type) => ` (result ${type})`).join("");
  const lines = [`(func $${builder.name}${params}${results}`];
  const own = builder.locals.slice(builder.type.params.length);
  if (own.length > 0) lines.push(`  ${own.map(({ name, type }) => `(local $${name} ${type})`).join(" ")}`);
  const reader = new Reader(builder.body.view());
  let depth = 1;
  while (reader.at < reader.bytes.length) {
    const instruction = reader.instruction();
    if (instruction.name === "end" || instruction.name === "else") depth--;
    lines.push(`${"  ".repeat(depth)}${instruction.name}${immediates(reader, instruction, names)}`);
    if (instruction.immediate === "block" || instruction.name === "else") depth++;
  }
  return `${lines.join("\n")})`;
}
