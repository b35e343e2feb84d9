/** One function in the making: its locals, and its body as bytes. */
import { ByteWriter } from "./bytes.js";
import {
  type Immediates,
  type ImmediatesOf,
  INSTRUCTIONS,
  type Instruction,
  type Mnemonic,
  VALUE_TYPES,
  type ValType,
} from "./instructions.js";

export interface FunctionType {
  readonly params: readonly (readonly [name: string, type: ValType])[];
  readonly results: readonly ValType[];
}

export class FunctionBuilder {
  readonly body = new ByteWriter();
  /** Types and names of the locals; parameters come first. */
  readonly locals: { readonly name: string; readonly type: ValType }[];
  readonly #free: Record<ValType, number[]> = { i32: [], i64: [], f32: [], f64: [], v128: [] };

  constructor(
    readonly name: string,
    readonly index: number,
    readonly type: FunctionType,
  ) {
    this.locals = type.params.map(([name, type]) => ({ name, type }));
  }

  /** A local that nobody uses; its value is whatever was left there. */
  take(type: ValType, name = ""): number {
    const free = this.#free[type].pop();
    if (free !== undefined) return free;
    return this.locals.push({ name: `${name}${this.locals.length}`, type }) - 1;
  }

  /** Gives a local back for others to take. */
  release(local: number): void {
    this.#free[this.locals[local]!.type].push(local);
  }

  /** Appends an instruction. */
  op<N extends Mnemonic>(name: N, ...immediates: ImmediatesOf<N>): this {
    const instruction = INSTRUCTIONS.get(name)!;
    for (const byte of instruction.bytes) this.body.byte(byte);
    writeImmediates(this.body, instruction, immediates);
    return this;
  }

  get(local: number): this {
    return this.#frequent(GET, local);
  }

  set(local: number): this {
    return this.#frequent(SET, local);
  }

  tee(local: number): this {
    return this.#frequent(TEE, local);
  }

  #frequent(opcode: number, local: number): this {
    this.body.byte(opcode);
    this.body.unsigned(local);
    return this;
  }

  i32(value: number): this {
    return this.op("i32.const", value);
  }

  /** Locals and body, as the code section wants them. */
  encode(): Uint8Array {
    const out = new ByteWriter(this.body.length + 64);
    const runs: { type: ValType; count: number }[] = [];
    for (const { type } of this.locals.slice(this.type.params.length)) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    out.unsigned(runs.length);
    for (const { type, count } of runs) {
      out.unsigned(count);
      out.byte(VALUE_TYPES[type]);
    }
    out.append(this.body.view());
    out.byte(INSTRUCTIONS.get("end")!.bytes[0]!);
    return out.view();
  }
}

const opcode = (name: Mnemonic): number => INSTRUCTIONS.get(name)!.bytes[0]!;
const [GET, SET, TEE] = [opcode("local.get"), opcode("local.set"), opcode("local.tee")] as const;

const NO_RESULT = 0x40;

function writeImmediates(out: ByteWriter, instruction: Instruction, values: readonly unknown[]): void {
  const { immediate, alignment } = instruction;
  switch (immediate) {
    case "plain":
      return;
    case "block": {
      const [result] = values as Immediates["block"];
      out.byte(result === undefined ? NO_RESULT : VALUE_TYPES[result]);
      return;
    }
    case "label":
    case "function":
    case "local":
      out.unsigned((values as [number])[0]);
      return;
    case "memory": {
      out.byte(alignment);
      out.unsigned((values as Immediates["memory"])[0] ?? 0);
      return;
    }
    case "lane":
      out.byte((values as Immediates["lane"])[0]);
      return;
    case "memoryLane": {
      const [offset, lane] = values as Immediates["memoryLane"];
      out.byte(alignment);
      out.unsigned(offset);
      out.byte(lane);
      return;
    }
    case "shuffle":
    case "v128":
      out.append((values as [ArrayLike<number>])[0]);
      return;
    case "i32":
      out.signed32((values as Immediates["i32"])[0]);
      return;
    case "i64":
      out.signed((values as Immediates["i64"])[0]);
      return;
    case "f32":
      out.f32((values as Immediates["f32"])[0]);
      return;
    case "f64":
      out.f64((values as Immediates["f64"])[0]);
      return;
    case "fence":
      out.byte(0);
      return;
  }
}
