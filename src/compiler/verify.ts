/**
 * The verifiers between stages. A nest must only use variables that its loops bind, and store inside of its buffers; code
 * must only read registers that were given a value, of the type and lanes that each operation takes. A transform or a
 * lowering that is wrong is found where it was made, not as an odd number later.
 */
import { VerificationError } from "../errors.js";
import type { KernelCode, ProgramCode, Statement } from "./code.js";
import { type Expr, type Local, type Op, valueTypeOf } from "./expression.js";
import { bounds, formatIndex, type Index, type Var, visitAtoms } from "./index-form.js";
import type { Nest, Stage, Store, Test } from "./nest.js";

function fail(where: string, why: string): never {
  throw new VerificationError(`compiler: ${where}: ${why}`);
}

/** Throws where the nest is not sound. */
export function verifyNest(nest: Nest): void {
  const outer = new Set<Var>([...nest.outer, ...nest.tile].map(({ variable }) => variable));
  for (const axis of [...nest.outer, ...nest.tile]) {
    const { variable, tail } = axis;
    if (!(variable.extent >= 0)) fail(nest.name, `the axis ${variable.name} has ${variable.extent} turns`);
    if (tail !== undefined && !outer.has(tail.of))
      fail(nest.name, `${variable.name} is part of an axis that is not there`);
  }
  if (nest.parallel > nest.outer.length) fail(nest.name, "more parallel axes than there are");
  const results = new Set<Local>();
  for (const stage of nest.stages) verifyStage(nest, stage, outer, results);
}

function verifyStage(nest: Nest, stage: Stage, outer: ReadonlySet<Var>, results: Set<Local>): void {
  const inner = new Set([...outer, ...stage.loops.map(({ variable }) => variable)]);
  const own = new Set(stage.ordered ? stage.reductions.map(({ result }) => result) : []);
  const check = (e: Expr, variables: ReadonlySet<Var>, known: ReadonlySet<Local>): void =>
    visitExpression(e, (part) => {
      if (part.op === "local" && !known.has(part.local!))
        fail(nest.name, `${part.local!.name} is used before it is known`);
      if (part.index !== undefined) checkIndex(nest, part.index, variables);
    });
  const checkStore = (
    { buffer, index, value }: Store,
    variables: ReadonlySet<Var>,
    known: ReadonlySet<Local>,
  ): void => {
    checkIndex(nest, index, variables);
    check(value, variables, known);
    if (value.type !== valueTypeOf(buffer.dtype))
      fail(nest.name, `stores ${value.type} to ${buffer.name}: ${buffer.dtype}`);
    const [low, high] = reach(index, buffer.length);
    // Turns that a tail leaves out may lie beyond the end.
    if (low < 0 || (high >= buffer.length && !hasTail(nest, stage)))
      fail(
        nest.name,
        `stores to ${low}..${high} of ${buffer.length} elements of ${buffer.name} (${formatIndex(index)})`,
      );
  };
  const checkTests = (
    tests: readonly Test[],
    variables: ReadonlySet<Var>,
    known: ReadonlySet<Local>,
  ): void => {
    for (const { condition, value } of tests) {
      check(condition, variables, known);
      check(value, variables, known);
      if (condition.type !== "bool") fail(nest.name, `checks ${condition.type}`);
    }
  };
  for (const { value, type } of stage.reductions) {
    check(value, inner, results);
    if (value.type !== type) fail(nest.name, `sums ${value.type} as ${type}`);
  }
  for (const store of stage.stores) checkStore(store, inner, new Set([...results, ...own]));
  checkTests(stage.tests, inner, new Set([...results, ...own]));
  for (const { result } of stage.reductions) results.add(result);
  for (const store of stage.finish) checkStore(store, outer, results);
  checkTests(stage.finishTests, outer, results);
}

const hasTail = (nest: Nest, stage: Stage): boolean =>
  [...nest.outer, ...nest.tile, ...stage.loops].some(({ tail }) => tail !== undefined);

/** More places than this are not walked through. */
const MOST_PLACES = 100_000;

/** The smallest and the largest place of an index: as its bounds say, or found out where those are too wide to tell. */
function reach(index: Index, length: number): readonly [number, number] {
  const [low, high] = bounds(index);
  if (low >= 0 && high < length) return [low, high];
  const variables = new Set<Var>();
  let unknown = false;
  visitAtoms(index, (atom) => {
    if (atom.kind === "var") variables.add(atom);
    else unknown = true;
  });
  const list = [...variables];
  const places = list.reduce((count, { extent }) => count * extent, 1);
  if (unknown || places > MOST_PLACES) return [Math.max(low, 0), Math.min(high, length - 1)];
  const values = new Map<Var, number>();
  let [least, most] = [Infinity, -Infinity];
  for (let place = 0; place < places; place++) {
    let rest = place;
    for (const variable of list) {
      values.set(variable, rest % variable.extent);
      rest = Math.floor(rest / variable.extent);
    }
    const value = placeOf(index, values);
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}

function placeOf({ constant, terms }: Index, values: ReadonlyMap<Var, number>): number {
  return terms.reduce((sum, { atom, factor }) => {
    const value =
      atom.kind === "quotient" ? Math.floor(placeOf(atom.of, values) / atom.by) : values.get(atom as Var)!;
    return sum + factor * value;
  }, constant);
}

function checkIndex(nest: Nest, index: Index, variables: ReadonlySet<Var>): void {
  visitAtoms(index, (atom) => {
    if (atom.kind === "var" && !variables.has(atom))
      fail(nest.name, `no loop gives ${atom.name} in ${formatIndex(index)}`);
  });
}

function visitExpression(root: Expr, visit: (e: Expr) => void): void {
  const seen = new Set<Expr>();
  const walk = (e: Expr): void => {
    if (seen.has(e)) return;
    seen.add(e);
    visit(e);
    e.args.forEach(walk);
    if (e.index !== undefined) {
      visitAtoms(e.index, (atom) => {
        if (atom.kind === "unknown") walk(atom.value as Expr);
      });
    }
  };
  walk(root);
}

const SYMBOLIC: ReadonlySet<Op> = new Set<Op>(["load", "index", "within"]);
/** Operations whose arguments and result are all of one type. */
const UNIFORM: ReadonlySet<Op> = new Set<Op>([
  ...([
    "add",
    "sub",
    "mul",
    "div",
    "rem",
    "neg",
    "abs",
    "sqrt",
    "floor",
    "ceil",
    "trunc",
    "nearest",
    "min",
    "max",
  ] as const),
  ...(["copysign", "fma", "splat", "across", "lane", "keep"] as const),
]);

/** Operations of lanes as such: their arguments are scalars, or their result is. */
const SCALAR_ARGUMENTS: ReadonlySet<Op> = new Set<Op>(["splat", "ramp", "fetch", "lanes"]);
const SCALAR_RESULT: ReadonlySet<Op> = new Set<Op>(["across", "lane"]);

/** Throws where the code is not sound. */
export function verifyCode(program: ProgramCode): void {
  for (const kernel of program.kernels) new CodeVerifier(program, kernel).verify();
}

class CodeVerifier {
  readonly #known = new Set<Local>();
  readonly #variables = new Set<Var>();
  readonly #done = new Set<Expr>();

  constructor(
    readonly program: ProgramCode,
    readonly kernel: KernelCode,
  ) {
    this.#known.add(kernel.begin);
    this.#known.add(kernel.end);
  }

  verify(): void {
    this.#block(this.kernel.body);
  }

  /** Registers that are given a value inside are not known outside. */
  #block(body: readonly Statement[]): void {
    const declared: Local[] = [];
    for (const statement of body) {
      this.#statement(statement);
      if (statement.kind === "let") declared.push(statement.local);
    }
    for (const local of declared) this.#known.delete(local);
    this.#done.clear();
  }

  #statement(statement: Statement): void {
    const { name } = this.kernel;
    switch (statement.kind) {
      case "let":
        this.#expr(statement.value);
        this.#fits(statement.local, statement.value);
        this.#known.add(statement.local);
        return;
      case "set":
        if (!this.#known.has(statement.local)) fail(name, `sets ${statement.local.name}, which has no value`);
        this.#expr(statement.value);
        this.#fits(statement.local, statement.value);
        return;
      case "store":
        this.#scalar(statement.address);
        this.#expr(statement.value);
        if (statement.value.type !== valueTypeOf(statement.buffer.dtype)) fail(name, `stores a wrong type`);
        if (statement.valid > statement.value.lanes) fail(name, "stores lanes that are not there");
        return;
      case "prefetch":
        this.#scalar(statement.address);
        return;
      case "check":
        this.#scalar(statement.condition);
        this.#scalar(statement.value);
        return;
      case "if":
        this.#scalar(statement.condition);
        this.#block(statement.whenTrue);
        this.#block(statement.whenFalse);
        return;
      case "loop":
        this.#scalar(statement.from);
        this.#scalar(statement.to);
        this.#variables.add(statement.variable);
        this.#block(statement.body);
        this.#variables.delete(statement.variable);
    }
  }

  #scalar(e: Expr): void {
    this.#expr(e);
    if (e.lanes !== 1) fail(this.kernel.name, `${e.op} of ${e.lanes} lanes where one is wanted`);
  }

  #fits(local: Local, value: Expr): void {
    if (local.type === value.type && local.lanes === value.lanes) return;
    fail(
      this.kernel.name,
      `${local.name} holds ${local.type}x${local.lanes}, not ${value.type}x${value.lanes}`,
    );
  }

  #expr(e: Expr): void {
    if (this.#done.has(e)) return;
    this.#done.add(e);
    for (const arg of e.args) this.#expr(arg);
    const { name } = this.kernel;
    if (SYMBOLIC.has(e.op)) fail(name, `${e.op} was not lowered`);
    if (e.op === "local" && !this.#known.has(e.local!))
      fail(name, `reads ${e.local!.name}, which has no value`);
    if (e.op === "var" && !this.#variables.has(e.variable!))
      fail(name, `reads ${e.variable!.name} outside of its loop`);
    if (UNIFORM.has(e.op) && e.args.some((arg) => arg.type !== e.type)) {
      fail(name, `${e.op} of ${e.args.map(({ type }) => type).join(", ")} to ${e.type}`);
    }
    if (SCALAR_RESULT.has(e.op)) {
      if (e.lanes !== 1) fail(name, `${e.op} gives ${e.lanes} lanes`);
    } else {
      const lanes = SCALAR_ARGUMENTS.has(e.op) ? 1 : e.lanes;
      if (e.args.some((arg) => arg.lanes !== lanes)) fail(name, `${e.op} mixes lanes`);
    }
    if (e.op === "local" && e.lanes !== e.local!.lanes)
      fail(name, `reads ${e.lanes} lanes of ${e.local!.name}`);
  }
}
