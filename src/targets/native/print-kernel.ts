/** One kernel as one C function (places, begin, end, thread): the statement tree, with registers in variables. */
import { type KernelCode, type ProgramCode, rootsOf, type Statement } from "../../compiler/code.js";
import type { Buffer, Expr, Local } from "../../compiler/expression.js";
import { VerificationError } from "../../errors.js";
import { typeOf } from "./c-words.js";
import { ExpressionPrinter } from "./print-expression.js";

type Of<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

/** The head of a kernel's function. */
export const signatureOf = (name: string): string =>
  `void ${name}(const struct job *job, i32 begin, i32 end, i32 thread)`;

export function printKernel(kernel: KernelCode, name: string, program: ProgramCode, lanes: number): string {
  const printer = new ExpressionPrinter(lanes);
  printer.setName(kernel.begin, "begin");
  printer.setName(kernel.end, "end");
  const bases = [...buffersOf(kernel.body)].map((buffer) => {
    const local = printer.nameOf(buffer);
    return `  const address ${local} = ${placeOf(buffer, program)};`;
  });
  const body = new StatementPrinter(printer, settingsOf(kernel.body)).block(kernel.body, "  ");
  const unused =
    body.some((line) => /\bthread\b/.test(line)) || bases.some((line) => /\bthread\b/.test(line));
  return [
    `${signatureOf(name)} {`,
    ...(unused ? [] : ["  (void)thread;"]),
    ...(bases.length === 0 ? ["  (void)job;"] : bases),
    ...body,
    ...(body.some((line) => line.includes("stream_")) ? ["  drain();"] : []),
    "}",
    "",
  ].join("\n");
}

function placeOf(buffer: Buffer, program: ProgramCode): string {
  if (buffer.role !== "private") {
    const at = program.buffers.indexOf(buffer);
    if (at < 0) throw new VerificationError(`the buffer ${buffer.name} is not one of the program's`);
    return `job->places[${at}]`;
  }
  const offset = program.privateOffsets.get(buffer);
  if (offset === undefined) throw new VerificationError(`the private buffer ${buffer.name} has no place`);
  return `job->scratch + job->scratch_bytes * thread + ${offset}`;
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
