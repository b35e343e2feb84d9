/**
 * Advance: addresses in innermost loops move on from turn to turn instead of being computed from the loop's variable.
 *
 *   loop r: load a + 4 r; load b + 32 r        let p = a, q = b; loop r: load p; load q; p += 4; q += 32
 *
 * A multiply-add loop is so tight that these few integer operations are a tenth of it. An address is taken apart into
 * rest + factor * r, with a rest that the loop does not change; addresses of one rest and factor share a register.
 */
import { type KernelCode, rootsOf, type Statement } from "./code.js";
import {
  add,
  constant,
  convert,
  type Expr,
  type Local,
  mul,
  newLocal,
  readLocal,
  sub,
  withArgs,
} from "./expression.js";

/** Processors have about so many integer registers to spare; loops that want more are left as they are. */
const MOST = 8;

type Loop = Extract<Statement, { kind: "loop" }>;

/** rest + factor * variable. */
interface Linear {
  readonly rest: Expr;
  readonly factor: number;
}

const integer = (n: number): Expr => constant(n, "i32");

export const advanceAddresses = (kernel: KernelCode): KernelCode => ({
  ...kernel,
  body: kernel.body.flatMap(inStatement),
});

function inStatement(statement: Statement): Statement[] {
  if (statement.kind === "if") {
    const { whenTrue, whenFalse } = statement;
    return [
      { ...statement, whenTrue: whenTrue.flatMap(inStatement), whenFalse: whenFalse.flatMap(inStatement) },
    ];
  }
  if (statement.kind !== "loop") return [statement];
  const isInnermost = statement.body.every(({ kind }) => kind !== "loop" && kind !== "if");
  return isInnermost
    ? new Advance(statement).statements()
    : [{ ...statement, body: statement.body.flatMap(inStatement) }];
}

class Advance {
  /** What registers are that get their value in the loop; undefined where that changes. */
  readonly #inside = new Map<Local, Expr | undefined>();
  readonly #linear = new Map<Expr, Linear | undefined>();
  readonly #registers: { readonly linear: Linear; readonly local: Local }[] = [];

  constructor(readonly loop: Loop) {
    for (const s of loop.body) if (s.kind === "let") this.#inside.set(s.local, s.value);
    for (const s of loop.body) if (s.kind === "set") this.#inside.set(s.local, undefined);
  }

  statements(): Statement[] {
    const { loop } = this;
    const replace = new Replacing((address) => this.#address(address));
    const body = loop.body.map((statement) => replace.statement(statement));
    const registers = this.#registers;
    if (registers.length === 0 || registers.length > MOST) return [loop];
    const before = registers.map(({ linear, local }): Statement => {
      const { type } = local;
      const value = add(linear.rest, mul(convert(loop.from, type), constant(linear.factor, type)));
      return { kind: "let", local, value: isZero(loop.from) ? linear.rest : value };
    });
    const after = registers.map(({ linear, local }): Statement => {
      return {
        kind: "set",
        local,
        value: add(readLocal(local), constant(linear.factor * loop.step, local.type)),
      };
    });
    return [...before, { ...loop, body: [...withoutUnused(body), ...after] }];
  }

  /** The register of an address that moves with the loop. */
  #address(e: Expr): Expr | undefined {
    const linear = this.#linearOf(e);
    if (linear === undefined || linear.factor === 0) return undefined;
    const known = this.#registers.find(
      (register) => register.linear.rest === linear.rest && register.linear.factor === linear.factor,
    );
    if (known !== undefined) return readLocal(known.local);
    const local = newLocal("at", linear.rest.type);
    this.#registers.push({ linear, local });
    return readLocal(local);
  }

  #linearOf(e: Expr): Linear | undefined {
    if (this.#linear.has(e)) return this.#linear.get(e);
    const result = this.#takeApart(e);
    this.#linear.set(e, result);
    return result;
  }

  #takeApart(e: Expr): Linear | undefined {
    if ((e.type !== "i32" && e.type !== "address") || e.lanes !== 1) return undefined;
    if (e.op === "var" && e.variable === this.loop.variable) return { rest: integer(0), factor: 1 };
    if (e.op === "local" && this.#inside.has(e.local!)) {
      const value = this.#inside.get(e.local!);
      return value === undefined ? undefined : this.#linearOf(value);
    }
    if (e.op === "fetch") return undefined;
    const parts = e.args.map((arg) => this.#linearOf(arg));
    if (parts.some((part) => part === undefined)) return undefined;
    const [a, b] = parts as Linear[];
    if (parts.every((part) => part!.factor === 0))
      return {
        rest:
          e.args.length === 0
            ? e
            : withArgs(
                e,
                (parts as Linear[]).map(({ rest }) => rest),
              ),
        factor: 0,
      };
    if (e.op === "convert") return { rest: convert(a!.rest, e.type), factor: a!.factor };
    if (e.op === "add") return { rest: plus(a!.rest, b!.rest), factor: a!.factor + b!.factor };
    if (e.op === "sub") return { rest: sub(a!.rest, b!.rest), factor: a!.factor - b!.factor };
    const times =
      e.op !== "mul" ? undefined : b!.rest.op === "const" && b!.factor === 0 ? b!.rest.value : undefined;
    if (times === undefined) return undefined;
    return {
      rest: isZero(a!.rest) ? a!.rest : mul(a!.rest, constant(times, e.type)),
      factor: a!.factor * times,
    };
  }
}

const isZero = (e: Expr): boolean => e.op === "const" && e.value === 0;
const plus = (a: Expr, b: Expr): Expr => (isZero(a) ? b : isZero(b) ? a : add(a, b));

/** Statements with other addresses. */
class Replacing {
  readonly #done = new Map<Expr, Expr>();

  constructor(readonly addressOf: (address: Expr) => Expr | undefined) {}

  statement(s: Statement): Statement {
    switch (s.kind) {
      case "let":
      case "set":
        return { ...s, value: this.#expr(s.value) };
      case "store":
        return { ...s, address: this.#address(s.address), value: this.#expr(s.value) };
      case "check":
        return { ...s, condition: this.#expr(s.condition), value: this.#expr(s.value) };
      default:
        return s;
    }
  }

  #address(address: Expr): Expr {
    return this.addressOf(address) ?? this.#expr(address);
  }

  #expr(e: Expr): Expr {
    let result = this.#done.get(e);
    if (result === undefined) {
      const args = e.op === "fetch" ? [this.#address(e.args[0]!)] : e.args.map((arg) => this.#expr(arg));
      result = args.every((arg, i) => arg === e.args[i]) ? e : withArgs(e, args);
      this.#done.set(e, result);
    }
    return result;
  }
}

/** Registers that were only there for addresses are not needed any more. */
function withoutUnused(body: readonly Statement[]): Statement[] {
  const used = new Set<Local>();
  const seen = new Set<Expr>();
  const walk = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    if (e.op === "local") used.add(e.local!);
    e.args.forEach(walk);
  };
  const kept: Statement[] = [];
  for (const statement of [...body].reverse()) {
    if (statement.kind === "let" && !used.has(statement.local)) continue;
    kept.unshift(statement);
    rootsOf(statement).forEach(walk);
  }
  return kept;
}
