/**
 * One kernel as one C function (at, begin, end, thread): the statement tree, with registers in variables. `at` says which of
 * the job's places are meant, so that kernels that do the same with other values are one function.
 */
import { type KernelCode, type ProgramCode, rootsOf, type Statement } from "../../compiler/code.js";
import type { Buffer, Expr, Local } from "../../compiler/expression.js";
import { VerificationError } from "../../errors.js";
import { typeOf } from "./c-words.js";
import { ExpressionPrinter } from "./print-expression.js";

type Of<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

/** The head of a kernel's function. */
export const signatureOf = (name: string): string =>
  `void ${name}(const struct job *job, const i32 *at, i32 begin, i32 end, i32 thread)`;

export interface KernelText {
  /** What follows the head. */
  readonly body: string;
  /** Numbers of the program's buffers, and places in a thread's own memory, in the order in which the body counts them. */
  readonly at: readonly number[];
}

export function printKernel(kernel: KernelCode, program: ProgramCode, lanes: number): KernelText {
  const printer = new ExpressionPrinter(lanes);
  printer.setName(kernel.begin, "begin");
  printer.setName(kernel.end, "end");
  const buffers = [...buffersOf(kernel.body)];
  const bases = buffers.map((buffer, i) => {
    const name = printer.fresh(buffer.name.replace(/\d+$/, ""));
    printer.setName(buffer, name);
    const place =
      buffer.role === "private"
        ? `job->scratch + job->scratch_bytes * thread + at[${i}]`
        : `job->places[at[${i}]]`;
    return `  const address ${name} = ${place};`;
  });
  const body = new StatementPrinter(printer, settingsOf(kernel.body)).block(kernel.body, "  ");
  const isUsed = (name: RegExp): boolean => [...bases, ...body].some((line) => name.test(line));
  const unused = ["job", "at", "thread"].filter((name) => !isUsed(new RegExp(`\\b${name}\\b`)));
  return {
    body: [
      "{",
      ...unused.map((name) => `  (void)${name};`),
      ...bases,
      ...body,
      ...(isUsed(/\bstream_/) ? ["  drain();"] : []),
      "}",
      "",
    ].join("\n"),
    at: buffers.map((buffer) => numberOf(buffer, program)),
  };
}

function numberOf(buffer: Buffer, program: ProgramCode): number {
  if (buffer.role !== "private") {
    const at = program.buffers.indexOf(buffer);
    if (at < 0) throw new VerificationError(`the buffer ${buffer.name} is not one of the program's`);
    return at;
  }
  const offset = program.privateOffsets.get(buffer);
  if (offset === undefined) throw new VerificationError(`the private buffer ${buffer.name} has no place`);
  return offset;
}

function visitStatements(body: readonly Statement[], visit: (statement: Statement) => void): void {
  for (const statement of body) {
    visit(statement);
    if (statement.kind === "loop") visitStatements(statement.body, visit);
    if (statement.kind === "if") {
      visitStatements(statement.whenTrue, visit);
      visitStatements(statement.whenFalse, visit);
    }
  }
}

function buffersOf(body: readonly Statement[]): Set<Buffer> {
  const found = new Set<Buffer>();
  const seen = new Set<Expr>();
  const walk = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    if (e.op === "base") found.add(e.buffer!);
    e.args.forEach(walk);
  };
  visitStatements(body, (statement) => rootsOf(statement).forEach(walk));
  return found;
}

/** Registers that change. */
function settingsOf(body: readonly Statement[]): Set<Local> {
  const found = new Set<Local>();
  visitStatements(body, (statement) => {
    if (statement.kind === "set") found.add(statement.local);
  });
  return found;
}

class StatementPrinter {
  constructor(
    readonly printer: ExpressionPrinter,
    readonly changing: ReadonlySet<Local>,
  ) {}

  block(body: readonly Statement[], indent: string): string[] {
    return body.flatMap((statement) => this.#statement(statement, indent));
  }

  #statement(s: Statement, indent: string): string[] {
    const { printer } = this;
    const lines = (print: (texts: string[]) => string): string[] =>
      printer.statement(rootsOf(s), print).map((line) => indent + line);
    switch (s.kind) {
      case "let": {
        if (s.value.op === "splat" && !this.changing.has(s.local)) printer.shared.add(s.local);
        const type = `${this.changing.has(s.local) ? "" : "const "}${typeOf(s.local)}`;
        return lines(([value]) => `${type} ${printer.nameOf(s.local)} = ${value};`);
      }
      case "set":
        return lines(([value]) => `${printer.nameOf(s.local)} = ${value};`);
      case "store":
        return lines(([address, value]) => storeText(s, address!, value!));
      case "prefetch":
        return lines(
          ([address]) => `__builtin_prefetch((const void *)(${address} + ${s.offset}), ${s.write ? 1 : 0});`,
        );
      case "loop":
        return this.#loop(s, indent);
      case "if":
        return [
          ...lines(([condition]) => `if (${condition}) {`),
          ...this.block(s.whenTrue, `${indent}  `),
          ...(s.whenFalse.length === 0
            ? []
            : [`${indent}} else {`, ...this.block(s.whenFalse, `${indent}  `)]),
          `${indent}}`,
        ];
      case "check":
        return lines(([condition, value]) => `if (!${condition}) fail(job, ${s.code}, ${value}, ${s.site});`);
    }
  }

  #loop(s: Of<"loop">, indent: string): string[] {
    const { printer } = this;
    const name = printer.nameOf(s.variable);
    const step = s.step === 1 ? `${name}++` : `${name} += ${s.step}`;
    const head = printer.statement(rootsOf(s), ([from, to]) => {
      const isPlain = /^\w+$/.test(to!);
      const end = isPlain ? to! : printer.fresh("to");
      const own = isPlain ? "" : `, ${end} = ${to}`;
      return `for (i32 ${name} = ${from}${own}; ${name} < ${end}; ${step}) {`;
    });
    return [...head.map((line) => indent + line), ...this.block(s.body, `${indent}  `), `${indent}}`];
  }
}

function storeText(s: Of<"store">, address: string, value: string): string {
  const { dtype } = s.buffer;
  const place = s.offset === 0 ? address : `${address} + ${s.offset}`;
  const { lanes } = s.value;
  if (lanes === 1) {
    const element = { float32: "F32", float64: "F64", int32: "I32", uint8: "U8", bool: "U8" }[dtype];
    return `${element}(${place}) = ${element === "U8" ? `(u8)${value}` : value};`;
  }
  const kind = { float32: "f32v", float64: "f64v", int32: "i32v", uint8: "u8v", bool: "u8v" }[dtype];
  const values = dtype === "bool" ? `i32_of_boolv(${value})` : value;
  if (s.stride !== 1) return `store_apart_${kind}(${place}, ${s.stride}, ${s.valid}, ${values});`;
  if (s.stream === true && (kind === "f32v" || kind === "i32v"))
    return `stream_${kind}(${place}, ${values});`;
  return s.valid === lanes
    ? `store_${kind}(${place}, ${values});`
    : `store_first_${kind}(${place}, ${s.valid}, ${values});`;
}
