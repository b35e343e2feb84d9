/**
 * Scopes: where a value is computed. Each expression goes to the outermost loop in which all that it depends on is
 * known, and there it is computed once; addresses are taken apart so that each part goes as far out as it can. What
 * reaches the printers is plain arithmetic on registers and loads from addresses in bytes.
 */
import { rootsOf, type Statement } from "./code.js";
import {
  add,
  type Buffer,
  baseOf,
  constant,
  convert,
  type Expr,
  fetch,
  fromLanes,
  type Local,
  newLocal,
  pure,
  ramp,
  readLocal,
  variableValue,
  withArgs,
} from "./expression.js";
import { type Atom, bounds, type Index, type Var, visitAtoms } from "./index-form.js";

export const BYTES: Readonly<Record<Buffer["dtype"], number>> = {
  float32: 4,
  float64: 8,
  int32: 4,
  uint8: 1,
  bool: 1,
};

interface Scope {
  /** Not a loop: what is computed here is computed as often as around it. */
  readonly plain: boolean;
  readonly statements: Statement[];
  /** Lowered form of expressions that belong here. */
  readonly known: Map<Expr, Expr>;
  /** Registers that hold an already lowered expression. */
  readonly held: Map<Expr, Expr>;
}

const integer = (n: number): Expr => constant(n, "i32");

/** No more work to write again than to keep; and printers see that it is constant. */
const isTrivial = ({ op, args }: Expr): boolean =>
  op === "const" ||
  op === "local" ||
  op === "var" ||
  op === "base" ||
  (op === "splat" && args[0]!.op === "const");

export class Scopes {
  readonly #scopes: Scope[] = [newScope()];
  readonly #variableDepth = new Map<Var, number>();
  readonly #variableValue = new Map<Var, Expr>();
  readonly #localDepth = new Map<Local, number>();
  readonly #depths = new Map<Expr, number>();
  readonly #moving = new Set<Expr>();

  /** Accumulators that change in the loop that is being written: they are read where they are asked for. */
  readonly running = new Set<Local>();

  /**
   * `written`: buffers that the kernel itself writes; what is read of them is read anew each time. `slack`: bytes around
   * each buffer that may be read.
   */
  constructor(
    readonly written: ReadonlySet<Buffer>,
    readonly slack: number,
  ) {}

  get depth(): number {
    return this.#scopes.length - 1;
  }

  get statements(): Statement[] {
    return this.#scopes[this.depth]!.statements;
  }

  /** Runs `body` in a scope of its own; the statements that it makes. */
  inside(body: () => void, variable?: Var, value?: Expr, plain = false): Statement[] {
    this.#scopes.push(newScope(plain));
    if (variable !== undefined) this.bind(variable, value);
    body();
    return shareWithin(this.#scopes.pop()!.statements);
  }

  /** A scope without a loop: its statements follow those before. */
  block(body: () => void): void {
    const statements = this.inside(body, undefined, undefined, true);
    this.statements.push(...statements);
  }

  bind(variable: Var, value?: Expr): void {
    this.#variableDepth.set(variable, this.depth);
    if (value !== undefined) this.#variableValue.set(variable, value);
  }

  /** A register that holds the (lowered) value from here on; `below`: more than it can be, where that is known. */
  declare(name: string, value: Expr, below?: number): Local {
    const local = newLocal(name, value.type, value.lanes, below);
    this.#localDepth.set(local, this.depth);
    this.statements.push({ kind: "let", local, value });
    return local;
  }

  #depthOfIndex(index: Index): number {
    let depth = 0;
    visitAtoms(index, (atom) => {
      const own = atom.kind === "var" ? this.#depthOfVariable(atom) : this.depthOf(atom.value as Expr);
      depth = Math.max(depth, own);
    });
    return depth;
  }

  #depthOfVariable(variable: Var): number {
    const depth = this.#variableDepth.get(variable);
    if (depth === undefined)
      throw new Error(`compiler: the variable ${variable.name} is used outside of its loop`);
    return depth;
  }

  depthOf(e: Expr): number {
    if (this.#isMoving(e)) return this.depth;
    if (e.op === "local") return this.#localDepth.get(e.local!) ?? 0;
    const known = this.#depths.get(e);
    if (known !== undefined) return known;
    let depth = e.index === undefined ? 0 : this.#depthOfIndex(e.index);
    let moving = false;
    for (const arg of e.args) {
      depth = Math.max(depth, this.depthOf(arg));
      moving ||= this.#isMoving(arg);
    }
    if (e.index !== undefined)
      visitAtoms(
        e.index,
        (atom) => void (moving ||= atom.kind === "unknown" && this.#isMoving(atom.value as Expr)),
      );
    if (moving) this.#moving.add(e);
    else this.#depths.set(e, depth);
    return moving ? this.depth : depth;
  }

  /** What reads memory that the kernel writes, or an accumulator in its loop, belongs wherever it is asked for. */
  #isMoving(e: Expr): boolean {
    if (e.op === "load" && this.written.has(e.buffer!)) return true;
    return e.op === "local" ? this.running.has(e.local!) : this.#moving.has(e);
  }

  /** The expression as printers take it, computed as far out as possible. */
  lower(e: Expr): Expr {
    if (e.op === "const" || e.op === "local") return e;
    const depth = this.depthOf(e);
    const { known } = this.#scopes[depth]!;
    let result = known.get(e);
    if (result === undefined) result = this.#rebuild(e);
    result = this.#keep(result, depth);
    known.set(e, result);
    return result;
  }

  /** Is there a loop between that scope and this one? */
  #crossesLoop(depth: number): boolean {
    for (let i = this.depth; i > depth; i--) if (!this.#scopes[i]!.plain) return true;
    return false;
  }

  /** In a register of that scope, where that is further out than here. */
  #keep(lowered: Expr, depth: number): Expr {
    if (isTrivial(lowered) || !this.#crossesLoop(depth)) return lowered;
    const { held, statements } = this.#scopes[depth]!;
    const old = held.get(lowered);
    if (old !== undefined) return old;
    const local = newLocal("t", lowered.type, lowered.lanes);
    this.#localDepth.set(local, depth);
    statements.push({ kind: "let", local, value: lowered });
    const result = readLocal(local);
    held.set(lowered, result);
    return result;
  }

  #rebuild(e: Expr): Expr {
    if (e.op === "load") return this.#load(e);
    if (e.op === "index") return this.#sum(e.index!);
    if (e.op === "within") {
      const value = this.#sum(e.index!);
      return pure("and", [pure("le", [integer(e.value), value]), pure("lt", [value, integer(e.value2)])]);
    }
    if (e.op === "ramp") return ramp(this.lower(e.args[0]!), e.value, e.lanes);
    if (e.op === "lanes") return fromLanes(e.args.map((arg) => this.lower(arg)));
    return withArgs(
      e,
      e.args.map((arg) => this.lower(arg)),
    );
  }

  #load({ buffer, index, lanes, stride, value2: valid }: Expr): Expr {
    const { address, offset } = this.address(buffer!, this.#safe(buffer!, index!));
    return fetch(buffer!, address, offset, lanes, stride, valid);
  }

  /** A place that may lie outside (its value is then not used) is moved inside. */
  #safe(buffer: Buffer, index: Index): Index | Expr {
    const slack = this.slack / BYTES[buffer.dtype];
    const [low, high] = bounds(index);
    if (low >= -slack && high < buffer.length + slack) return index;
    const last = integer(Math.max(0, buffer.length - 1));
    return pure("min", [pure("max", [this.#sum(index), integer(0)]), last]);
  }

  /** base + size * index as an address that moves with the loops, and what is constant of it. */
  address(buffer: Buffer, index: Index | Expr): { address: Expr; offset: number } {
    const size = BYTES[buffer.dtype];
    const base = baseOf(buffer);
    if ("op" in index) return { address: add(base, scaled(convert(index, "address"), size)), offset: 0 };
    const offset = index.constant * size;
    const start = offset < 0 ? add(base, constant(offset, "address")) : base;
    return { address: this.#parts(index, size, start), offset: Math.max(0, offset) };
  }

  #sum(index: Index): Expr {
    const sum = this.#parts(index, 1, undefined);
    return index.constant === 0 ? sum : add(sum, integer(index.constant));
  }

  /** start + factor * the variable part of the index, each partial sum in the outermost loop that knows it. */
  #parts(index: Index, factor: number, start: Expr | undefined): Expr {
    const terms = index.terms.map((term) => ({ ...term, depth: this.#depthOfAtom(term.atom) }));
    terms.sort((a, b) => a.depth - b.depth);
    let sum = start;
    terms.forEach((term, i) => {
      const atom = this.#keep(this.#atom(term.atom), term.depth);
      const value = scaled(start === undefined ? atom : convert(atom, "address"), term.factor * factor);
      sum = sum === undefined ? value : add(sum, value);
      const last = terms[i + 1]?.depth !== term.depth;
      if (last) sum = this.#keep(sum, term.depth);
    });
    return sum ?? integer(0);
  }

  #depthOfAtom(atom: Atom): number {
    if (atom.kind === "var") return this.#depthOfVariable(atom);
    return atom.kind === "quotient" ? this.#depthOfIndex(atom.of) : this.depthOf(atom.value as Expr);
  }

  #atom(atom: Atom): Expr {
    if (atom.kind === "var") return this.#variableValue.get(atom) ?? variableValue(atom);
    if (atom.kind === "unknown") return this.lower(atom.value as Expr);
    const of = this.#sum(atom.of);
    const shift = Math.log2(atom.by);
    return Number.isInteger(shift) ? pure("shr", [of, integer(shift)]) : pure("div", [of, integer(atom.by)]);
  }
}

const newScope = (plain = false): Scope => ({ plain, statements: [], known: new Map(), held: new Map() });

function scaled(e: Expr, factor: number): Expr {
  if (factor === 1) return e;
  if (e.op === "const")
    return constant(e.type === "i32" ? Math.imul(e.value, factor) : e.value * factor, e.type);
  return pure("mul", [e, constant(factor, e.type)]);
}

function withRoots(statement: Statement, replace: (e: Expr) => Expr): Statement {
  switch (statement.kind) {
    case "let":
    case "set":
      return { ...statement, value: replace(statement.value) };
    case "prefetch":
      return { ...statement, address: replace(statement.address) };
    case "store":
      return { ...statement, address: replace(statement.address), value: replace(statement.value) };
    case "loop":
      return { ...statement, from: replace(statement.from), to: replace(statement.to) };
    case "if":
      return { ...statement, condition: replace(statement.condition) };
    case "check":
      return { ...statement, condition: replace(statement.condition), value: replace(statement.value) };
  }
}

/** Puts what several statements of a scope use into registers. */
function shareWithin(statements: readonly Statement[]): Statement[] {
  const uses = new Map<Expr, number>();
  const changing = new Set<Local>();
  const count = (e: Expr): void => {
    const before = uses.get(e) ?? 0;
    uses.set(e, before + 1);
    if (before === 0) e.args.forEach(count);
  };
  const stored = new Set<Buffer>();
  const note = (statement: Statement): void => {
    if (statement.kind === "set") changing.add(statement.local);
    if (statement.kind === "store") stored.add(statement.buffer);
    if (statement.kind === "loop") statement.body.forEach(note);
    if (statement.kind === "if") [...statement.whenTrue, ...statement.whenFalse].forEach(note);
  };
  for (const statement of statements) {
    note(statement);
    rootsOf(statement).forEach(count);
  }
  // Accumulators and memory that is written change between statements: what reads them stays where it is.
  const moving = new Map<Expr, boolean>();
  const isMoving = (e: Expr): boolean => {
    let result = moving.get(e);
    if (result === undefined) {
      const reads =
        (e.op === "local" && changing.has(e.local!)) || (e.op === "fetch" && stored.has(e.buffer!));
      result = reads || e.args.some(isMoving);
      moving.set(e, result);
    }
    return result;
  };
  const shared: Statement[] = [];
  const done = new Map<Expr, Expr>();
  const replace = (e: Expr): Expr => {
    const known = done.get(e);
    if (known !== undefined) return known;
    const args = e.args.map(replace);
    let result = args.every((arg, i) => arg === e.args[i]) ? e : withArgs(e, args);
    if (uses.get(e)! > 1 && !isTrivial(e) && !isMoving(e)) {
      const local = newLocal("t", e.type, e.lanes);
      shared.push({ kind: "let", local, value: result });
      result = readLocal(local);
    }
    done.set(e, result);
    return result;
  };
  for (const statement of statements) {
    const fresh = withRoots(statement, replace);
    shared.push(fresh);
  }
  return shared;
}
