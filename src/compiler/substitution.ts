/** Putting other things in the place of variables and registers, and what becomes known by that. */
import {
  constant,
  type Expr,
  indexValue,
  isFalse,
  isTrue,
  type Local,
  label,
  labelOf,
  load,
  withArgs,
  within,
} from "./expression.js";
import { bounds, type Index, substitute, type Unknown, unknown, type Var } from "./index-form.js";

/** What replaces variables, remembered for a whole nest so that equal parts stay one object. */
export class Substitution {
  readonly #done = new Map<Expr, Expr>();
  readonly #unknowns = new Map<Expr, Index>();

  constructor(
    readonly replace: (variable: Var) => Index | undefined,
    readonly local: (local: Local) => Expr | undefined = () => undefined,
  ) {}

  index(e: Index): Index {
    return substitute(e, (atom) => (atom.kind === "var" ? this.replace(atom) : this.#unknown(atom)));
  }

  #unknown(atom: Unknown): Index | undefined {
    const before = atom.value as Expr;
    const after = this.expr(before);
    if (after === before) return undefined;
    let index = this.#unknowns.get(after);
    if (index === undefined) {
      index = unknown(after, atom.high);
      this.#unknowns.set(after, index);
    }
    return index;
  }

  expr(e: Expr): Expr {
    const known = this.#done.get(e);
    if (known !== undefined) return known;
    const result = this.#rebuild(e);
    this.#done.set(e, result);
    const named = labelOf(e);
    if (named !== undefined && result !== e) {
      label(
        result,
        named.name,
        named.args.map((arg) => this.expr(arg)),
      );
    }
    return result;
  }

  #rebuild(e: Expr): Expr {
    if (e.op === "local") return this.local(e.local!) ?? e;
    if (e.op === "index") return indexExpression(this.index(e.index!));
    if (e.op === "load") return load(e.buffer!, this.index(e.index!), e.lanes, e.stride, e.value2);
    if (e.op === "within") return withinExpression(this.index(e.index!), e.value, e.value2);
    const args = e.args.map((arg) => this.expr(arg));
    if (args.every((arg, i) => arg === e.args[i])) return e;
    return simplify(withArgs(e, args));
  }
}

const indexExpression = (index: Index): Expr =>
  index.terms.length === 0 ? constant(index.constant, "i32") : indexValue(index);

function withinExpression(index: Index, low: number, high: number): Expr {
  const [least, most] = bounds(index);
  if (least >= low && most < high) return constant(1, "bool");
  if (most < low || least >= high) return constant(0, "bool");
  return within(index, low, high);
}

/** Conditions that have become known make what hangs on them known. */
function simplify(e: Expr): Expr {
  const [a, b, c] = e.args;
  if (e.op === "select") {
    if (isTrue(a!)) return b!;
    if (isFalse(a!)) return c!;
  }
  if (e.op === "and" && e.type === "bool") {
    if (isTrue(a!)) return b!;
    if (isTrue(b!)) return a!;
    if (isFalse(a!) || isFalse(b!)) return constant(0, "bool");
  }
  if (e.op === "or" && e.type === "bool") {
    if (isFalse(a!)) return b!;
    if (isFalse(b!)) return a!;
    if (isTrue(a!) || isTrue(b!)) return constant(1, "bool");
  }
  if (e.op === "not" && e.type === "bool" && a!.op === "const")
    return constant(a!.value === 0 ? 1 : 0, "bool");
  return e;
}
