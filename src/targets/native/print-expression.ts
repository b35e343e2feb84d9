/**
 * Expressions as C. A value that a statement uses more than once, or that would make a long line, gets a variable of its
 * own in front of the statement.
 */
import type { Across, Buffer, Expr, Local } from "../../compiler/expression.js";
import type { Var } from "../../compiler/index-form.js";
import { fail, literal, suffixOf, typeOf } from "./c-words.js";
import { RULES } from "./operations.js";

/** Longer lines are broken up. */
const LONG = 88;

const isTrivial = (e: Expr): boolean =>
  e.op === "const" || e.op === "local" || e.op === "var" || e.op === "base";

const isLeaf = (e: Expr): boolean => isTrivial(e) || (e.op === "splat" && isTrivial(e.args[0]!));

export class ExpressionPrinter {
  readonly #names = new Map<object, string>();
  readonly #taken = new Map<string, number>();
  #uses = new Map<Expr, number>();
  #kept = new Map<Expr, string>();
  #lines: string[] = [];

  /** Registers that got one value in all lanes, for good. */
  readonly shared = new Set<Local>();

  constructor(readonly lanes: number) {}

  /** A name of its own for a register, a loop's variable or a buffer. */
  nameOf(thing: Local | Var | Buffer): string {
    let name = this.#names.get(thing);
    if (name === undefined) {
      name = this.fresh(thing.name);
      this.#names.set(thing, name);
    }
    return name;
  }

  fresh(wish: string): string {
    const stem = wish.replace(/\W+/g, "_").replace(/^(?=\d)/, "_");
    const count = this.#taken.get(stem) ?? 0;
    this.#taken.set(stem, count + 1);
    return `${stem}_${count}`;
  }

  setName(thing: Local | Var | Buffer, name: string): void {
    this.#names.set(thing, name);
  }

  /** The lines that come first, and what `print` makes of the roots' texts. */
  statement(roots: readonly Expr[], print: (texts: string[]) => string): string[] {
    this.#uses = new Map();
    this.#kept = new Map();
    this.#lines = [];
    for (const root of roots) this.#count(root);
    const texts = roots.map((root) => this.#text(root));
    return [...this.#lines, print(texts)];
  }

  #count(e: Expr): void {
    const uses = this.#uses.get(e) ?? 0;
    this.#uses.set(e, uses + 1);
    if (uses === 0) e.args.forEach((arg) => void this.#count(arg));
  }

  #text(e: Expr): string {
    const kept = this.#kept.get(e);
    if (kept !== undefined) return kept;
    const text = this.#print(e);
    if (isLeaf(e) || (this.#uses.get(e)! < 2 && text.length <= LONG)) return text;
    const name = this.fresh("v");
    this.#lines.push(`const ${typeOf(e)} ${name} = ${text};`);
    this.#kept.set(e, name);
    return name;
  }

  #print(e: Expr): string {
    const { args, lanes } = e;
    if (lanes !== 1 && lanes !== this.lanes) fail(e, `kernels here have ${this.lanes} lanes`);
    switch (e.op) {
      case "const":
        return literal(e.value, e.type);
      case "local":
        return this.nameOf(e.local!);
      case "var":
        return this.nameOf(e.variable!);
      case "base":
        return this.nameOf(e.buffer!);
      case "fetch":
        return fetchText(e, this.#address(args[0]!, e.value));
      case "splat":
        return `splat_${e.type}(${this.#text(args[0]!)})`;
      case "ramp": {
        const steps = Array.from({ length: lanes }, (_, lane) => lane * e.value);
        return `(${this.#text(args[0]!)} + (i32v){${steps.join(", ")}})`;
      }
      case "lanes":
        return this.#lanes(e);
      case "keep":
        return `keep_${suffixOf(e)}(${this.#texts(args)}, ${e.value})`;
      case "across":
        return this.#across(e, args[0]!);
      case "lane":
        return this.#lane(e, args[0]!);
      case "convert":
        return this.#convert(e, args[0]!);
      case "index":
      case "within":
      case "load":
        return fail(e, "it must be plain arithmetic before it is printed");
      default: {
        const rule = RULES[e.op];
        return rule(
          e,
          (arg) => this.#text(arg),
          (arg) => this.#isShared(arg),
        );
      }
    }
  }

  #isShared(e: Expr): boolean {
    if (e.op === "local") return this.shared.has(e.local!);
    return e.op === "splat" && e.args[0]!.op !== "const";
  }

  #texts(args: readonly Expr[]): string {
    return args.map((arg) => this.#text(arg)).join(", ");
  }

  #address(e: Expr, offset: number): string {
    const text = this.#text(e);
    return offset === 0 ? text : `${text} + ${offset}`;
  }

  #lanes(e: Expr): string {
    const parts = e.args.map((arg) => this.#text(arg));
    const half = e.lanes / 2;
    if (e.type === "f64")
      return `(f64v){{${parts.slice(0, half).join(", ")}}, {${parts.slice(half).join(", ")}}}`;
    if (e.type === "bool") return `bool_of_i32v((i32v){${parts.join(", ")}})`;
    return `(${typeOf(e)}){${parts.join(", ")}}`;
  }

  #across(e: Expr, x: Expr): string {
    const across: Across = e.across!;
    if (x.type === "bool") {
      if (across !== "min" && across !== "max") fail(e, `bools have no ${across} across lanes`);
      return `${across === "min" ? "all" : "any"}_boolv(${this.#text(x)})`;
    }
    return `across_${across}_${suffixOf(x)}(${this.#text(x)})`;
  }

  #lane(e: Expr, x: Expr): string {
    const text = this.#text(x);
    return x.type === "bool" || x.type === "f64"
      ? `lane_${suffixOf(x)}(${text}, ${e.value})`
      : `${text}[${e.value}]`;
  }

  #convert(e: Expr, x: Expr): string {
    const text = this.#text(x);
    if (e.lanes > 1) return `${e.type}_of_${suffixOf(x)}(${text})`;
    if (e.type === "bool") return `(${text} != 0)`;
    if (e.type === "i32" && (x.type === "f32" || x.type === "f64")) return `i32_of_${x.type}(${text})`;
    return `(${typeOf(e)})${/^[\w.]+$/.test(text) ? text : `(${text})`}`;
  }
}

/** A load; `lanes` neighbours, the first few of them, or steps apart. */
function fetchText(e: Expr, address: string): string {
  const { dtype } = e.buffer!;
  const element = { float32: "F32", float64: "F64", int32: "I32", uint8: "U8", bool: "U8" }[dtype];
  if (e.lanes === 1)
    return dtype === "bool"
      ? `(U8(${address}) != 0)`
      : `${dtype === "uint8" ? "(i32)" : ""}${element}(${address})`;
  const kind = { float32: "f32v", float64: "f64v", int32: "i32v", uint8: "u8v", bool: "u8v" }[dtype];
  const { stride, value2: valid, lanes } = e;
  const wrap = (text: string): string => (dtype === "bool" ? `bool_of_i32v(${text})` : text);
  if (stride === 1)
    return wrap(valid === lanes ? `load_${kind}(${address})` : `load_first_${kind}(${address}, ${valid})`);
  if (valid === lanes) {
    if (stride === 0) return wrap(`splat_${e.type === "bool" ? "i32" : e.type}(${element}(${address}))`);
    if (dtype === "float32" && stride === 2) return `load_even_f32v(${address})`;
    if (dtype === "float32" && stride === -1) return `load_back_f32v(${address})`;
  }
  if (dtype === "float32" && stride === 2) return `load_first_even_f32v(${address}, ${valid})`;
  return wrap(`load_apart_${kind}(${address}, ${stride}, ${valid})`);
}
