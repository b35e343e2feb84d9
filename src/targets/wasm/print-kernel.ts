/** One kernel as one function (params, begin, end, thread): the statement tree, with registers in locals. */
import { type KernelCode, type ProgramCode, rootsOf, type Statement } from "../../compiler/code.js";
import type { Buffer, Expr } from "../../compiler/expression.js";
import { VerificationError } from "../../errors.js";
import { AddressRanges } from "./address-range.js";
import type { FunctionBuilder, FunctionType } from "./assembler/function.js";
import { ExpressionPrinter } from "./print-expression.js";
import { printStore } from "./print-memory.js";
import { halvesOf, type Names, wasmTypeOf } from "./printing.js";
import { SYSTEM_PAGE } from "./system-page.js";

export const KERNEL_TYPE: FunctionType = {
  params: [
    ["params", "i32"],
    ["begin", "i32"],
    ["end", "i32"],
    ["thread", "i32"],
  ],
  results: [],
};
const [PARAMS, BEGIN, END, THREAD] = [0, 1, 2, 3];

/** Byte offsets in the block of int32 words that `params` points to. */
export const paramsLayout = (buffers: number) => ({
  address: (buffer: number) => 4 * buffer,
  scratchBase: 4 * buffers,
  scratchBytes: 4 * buffers + 4,
  counter: (phase: number) => 4 * (buffers + 2 + phase),
});

export function printKernel(
  f: FunctionBuilder,
  kernel: KernelCode,
  program: ProgramCode,
  options: { readonly shared: boolean; readonly relaxed: boolean },
): void {
  const names: Names = {
    locals: new Map([
      [kernel.begin, [BEGIN]],
      [kernel.end, [END]],
    ]),
    variables: new Map(),
    bases: loadBases(f, program, buffersOf(kernel.body)),
  };
  const printer = new ExpressionPrinter(f, names, new AddressRanges(kernel), options.relaxed);
  new StatementPrinter(f, names, printer, options.shared).scope(kernel.body);
}

function buffersOf(body: readonly Statement[]): Set<Buffer> {
  const found = new Set<Buffer>();
  const seen = new Set<Expr>();
  const visit = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    if (e.op === "base") found.add(e.buffer!);
    e.args.forEach(visit);
  };
  const walk = (statement: Statement): void => {
    rootsOf(statement).forEach(visit);
    if (statement.kind === "loop") statement.body.forEach(walk);
    if (statement.kind === "if") [...statement.whenTrue, ...statement.whenFalse].forEach(walk);
  };
  body.forEach(walk);
  return found;
}

/** Addresses of the buffers in locals; of private ones this thread's. */
function loadBases(f: FunctionBuilder, program: ProgramCode, used: ReadonlySet<Buffer>): Map<Buffer, number> {
  const layout = paramsLayout(program.buffers.length);
  const bases = new Map<Buffer, number>();
  for (const buffer of used) {
    const local = f.take("i32", buffer.name.replace(/[^\w.]/g, "_"));
    bases.set(buffer, local);
    if (buffer.role === "private") {
      const offset = program.privateOffsets.get(buffer);
      if (offset === undefined) throw new VerificationError(`the private buffer ${buffer.name} has no place`);
      f.get(PARAMS!).op("i32.load", layout.scratchBytes).get(THREAD!).op("i32.mul");
      f.get(PARAMS!).op("i32.load", layout.scratchBase).op("i32.add").i32(offset).op("i32.add");
    } else {
      const at = program.buffers.indexOf(buffer);
      if (at < 0) throw new VerificationError(`the buffer ${buffer.name} is not one of the program's`);
      f.get(PARAMS!).op("i32.load", layout.address(at));
    }
    f.set(local);
  }
  return bases;
}

type Of<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

class StatementPrinter {
  constructor(
    readonly f: FunctionBuilder,
    readonly names: Names,
    readonly printer: ExpressionPrinter,
    readonly shared: boolean,
  ) {}

  /** Statements whose registers are free again behind them. */
  scope(body: readonly Statement[]): void {
    const { f, names } = this;
    for (const statement of body) this.#statement(statement);
    for (const statement of body) {
      if (statement.kind !== "let") continue;
      for (const local of names.locals.get(statement.local)!) f.release(local);
      names.locals.delete(statement.local);
    }
  }

  #statement(s: Statement): void {
    const { f, printer } = this;
    switch (s.kind) {
      case "let":
      case "set":
        printer.statement(rootsOf(s), () => this.#assign(s));
        return;
      case "store":
        printer.statement(rootsOf(s), () => printStore(printer, s));
        return;
      case "loop":
        this.#loop(s);
        return;
      case "if":
        printer.statement(rootsOf(s), () => printer.push(s.condition));
        f.op("if");
        this.scope(s.whenTrue);
        if (s.whenFalse.length > 0) {
          f.op("else");
          this.scope(s.whenFalse);
        }
        f.op("end");
        return;
      case "check":
        printer.statement(rootsOf(s), () => this.#check(s));
        return;
      case "prefetch":
        // There is no such instruction, and nothing depends on it.
        return;
    }
  }

  #assign({ local, value, kind }: Of<"let" | "set">): void {
    const { f, names, printer } = this;
    const halves = halvesOf(value);
    // Both halves are computed before either is stored: each may read what the other was.
    for (let half = 0; half < halves; half++) printer.push(value, half === 0 ? 0 : 1);
    let targets = names.locals.get(local);
    if (kind === "let") {
      const type = wasmTypeOf(local);
      const first = f.take(type, local.name);
      targets = halves === 1 ? [first] : [first, f.take(type, local.name)];
      names.locals.set(local, targets);
    }
    if (targets === undefined)
      throw new VerificationError(`set ${local.name}: the register has no value here`);
    for (let half = halves - 1; half >= 0; half--) f.set(targets[half]!);
  }

  /** The test stands at the end, so that a turn takes one branch; the first turn is tested unless it surely runs. */
  #loop(s: Of<"loop">): void {
    const { f, names, printer } = this;
    const [from, to] = [constantOf(s.from), constantOf(s.to)];
    if (from !== undefined && to !== undefined && from >= to) return;
    const variable = f.take("i32", s.variable.name);
    printer.statement([s.from], () => printer.push(s.from));
    f.set(variable);
    const [end, own] = this.#end(s.to);
    const surely = from !== undefined && to !== undefined;
    if (!surely) {
      f.get(variable);
      end();
      f.op("i32.lt_s").op("if");
    }
    f.op("loop");
    names.variables.set(s.variable, variable);
    this.scope(s.body);
    names.variables.delete(s.variable);
    f.get(variable).i32(s.step).op("i32.add").tee(variable);
    end();
    f.op("i32.lt_s").op("br_if", 0).op("end");
    if (!surely) f.op("end");
    f.release(variable);
    if (own !== undefined) f.release(own);
  }

  /** How to push the end of a loop, computed once; and the local that it takes, if it takes one. */
  #end(to: Expr): [push: () => void, own: number | undefined] {
    const { f, printer } = this;
    const constant = constantOf(to);
    if (constant !== undefined) return [() => f.i32(constant), undefined];
    printer.statement([to], () => printer.push(to));
    const local = f.take("i32", "to");
    f.set(local);
    return [() => f.get(local), local];
  }

  /** The first failure is kept. */
  #check({ condition, code, site, value }: Of<"check">): void {
    const { f, printer } = this;
    printer.push(condition);
    f.op("i32.eqz").op("if");
    f.i32(0);
    if (this.shared) f.i32(0).i32(code).op("i32.atomic.rmw.cmpxchg", SYSTEM_PAGE.STATUS_CODE);
    else f.op("i32.load", SYSTEM_PAGE.STATUS_CODE);
    f.op("i32.eqz").op("if");
    if (!this.shared) f.i32(0).i32(code).op("i32.store", SYSTEM_PAGE.STATUS_CODE);
    f.i32(0);
    printer.push(value);
    f.op("i32.store", SYSTEM_PAGE.STATUS_VALUE).i32(0).i32(site).op("i32.store", SYSTEM_PAGE.STATUS_SITE);
    f.op("end").op("end");
  }
}

const constantOf = (e: Expr): number | undefined => (e.op === "const" ? e.value : undefined);
