/** One module in the making: memory and functions from outside, functions, and those that can be called from outside. */
import { VerificationError } from "../../../errors.js";
import { ByteWriter } from "./bytes.js";
import { FunctionBuilder, type FunctionType } from "./function.js";
import { VALUE_TYPES } from "./instructions.js";

/** The memory that a module imports; `maximumPages` must be stated where it is shared. */
export interface MemoryImport {
  readonly module: string;
  readonly name: string;
  readonly shared: boolean;
  readonly maximumPages: number;
}

/** A function from outside, in the same import module as the memory. */
export interface ImportedFunction {
  readonly name: string;
  readonly index: number;
}

const SECTION = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;

export class ModuleBuilder {
  readonly functions: FunctionBuilder[] = [];
  readonly #imports: (ImportedFunction & { readonly type: number })[] = [];
  readonly #exports: { readonly name: string; readonly index: number }[] = [];
  readonly #types: FunctionType[] = [];
  readonly #typeOf: number[] = [];

  constructor(readonly memory: MemoryImport) {}

  /** A function from outside. Imports are numbered before all others, so they come first. */
  import(name: string, type: FunctionType): ImportedFunction {
    if (this.functions.length > 0) throw new VerificationError(`the import ${name} comes after a function`);
    const imported = { name, index: this.#imports.length, type: this.#typeNumber(type) };
    this.#imports.push(imported);
    return imported;
  }

  /** A new function without a body. */
  define(name: string, type: FunctionType): FunctionBuilder {
    this.#typeOf.push(this.#typeNumber(type));
    const fresh = new FunctionBuilder(name, this.#imports.length + this.functions.length, type);
    this.functions.push(fresh);
    return fresh;
  }

  #typeNumber(type: FunctionType): number {
    const shape = shapeOf(type);
    const at = this.#types.findIndex((known) => shapeOf(known) === shape);
    return at < 0 ? this.#types.push(type) - 1 : at;
  }

  /** Lets a function be called from outside, by its name or another one. */
  export({ name, index }: FunctionBuilder, as = name): void {
    this.#exports.push({ name: as, index });
  }

  /** All that can be called, by number. */
  get callable(): readonly { readonly name: string }[] {
    return [...this.#imports, ...this.functions];
  }

  encode(): Uint8Array<ArrayBuffer> {
    const out = new ByteWriter(4096);
    out.append([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
    section(out, SECTION.type, this.#types, (into, { params, results }) => {
      into.byte(0x60);
      into.unsigned(params.length);
      for (const [, type] of params) into.byte(VALUE_TYPES[type]);
      into.unsigned(results.length);
      for (const type of results) into.byte(VALUE_TYPES[type]);
    });
    section(out, SECTION.import, [this.memory, ...this.#imports], (into, item) => {
      into.text(this.memory.module);
      into.text(item.name);
      if ("shared" in item) writeMemory(into, item);
      else {
        into.byte(0x00);
        into.unsigned(item.type);
      }
    });
    section(out, SECTION.function, this.#typeOf, (into, type) => into.unsigned(type));
    section(out, SECTION.export, this.#exports, (into, { name, index }) => {
      into.text(name);
      into.byte(0x00);
      into.unsigned(index);
    });
    section(out, SECTION.code, this.functions, (into, builder) => {
      const code = builder.encode();
      into.unsigned(code.length);
      into.append(code);
    });
    return out.view().slice();
  }
}

const shapeOf = ({ params, results }: FunctionType): string =>
  `${params.map(([, type]) => type).join()}>${results.join()}`;

function writeMemory(out: ByteWriter, { shared, maximumPages }: MemoryImport): void {
  out.byte(0x02);
  // A memory that is not shared may be larger than the module knows.
  out.byte(shared ? 0x03 : 0x00);
  out.unsigned(1);
  if (shared) out.unsigned(maximumPages);
}

function section<T>(
  out: ByteWriter,
  id: number,
  items: readonly T[],
  write: (out: ByteWriter, item: T) => void,
): void {
  const content = new ByteWriter(1024);
  content.unsigned(items.length);
  for (const item of items) write(content, item);
  out.byte(id);
  out.unsigned(content.length);
  out.append(content.view());
}
