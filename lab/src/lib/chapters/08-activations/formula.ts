/**
 * Formulas that a reader types: numbers, x, pi, e, + - * / ^, brackets and some functions. They become calls of maru;
 * nothing is ever run as a program.
 */
import { array, sigmoid, type Tensor } from "maru/light";

export type Formula = (x: Tensor) => Tensor;

/** A formula that was read: what maru computes, and how a program says it. */
export interface Parsed {
  readonly f: Formula;
  readonly code: string;
  /** A number takes the place of a tensor in an argument. */
  readonly number: boolean;
}

/** Why a formula cannot be read, and where. */
export class FormulaError extends Error {
  override readonly name = "FormulaError";
  constructor(
    /** `end` too early, a `sign` that does not belong there, a `word` that is not known, `deep` or `long`. */
    readonly fault: "end" | "sign" | "word" | "deep" | "long",
    readonly what: string,
  ) {
    super(`the formula cannot be read: ${fault} ${what}`.trim());
  }
}

export const MOST_CHARACTERS = 120;
const DEEPEST = 40;

const exactly = { dtype: "float64" } as const;
const constant = (value: number, code = String(value)): Parsed => ({
  f: (x) => x.mul(0).add(array(value, exactly)) as Tensor,
  code,
  number: true,
});
/** In front of a dot, numbers are arrays. */
const subject = ({ code, number }: Parsed): string => (number ? `array(${code})` : code);
const METHODS: Readonly<Record<string, string>> = { max: "maximum", min: "minimum" };
const called = (word: string, a: Parsed): string =>
  word === "sigmoid"
    ? `sigmoid(${subject(a)})`
    : word === "relu"
      ? `${subject(a)}.maximum(0)`
      : `${subject(a)}.${word}()`;
const of = (f: Formula, code: string): Parsed => ({ f, code, number: false });

const ONE: Readonly<Record<string, Formula>> = {
  exp: (x) => x.exp() as Tensor,
  log: (x) => x.log() as Tensor,
  sqrt: (x) => x.sqrt() as Tensor,
  abs: (x) => x.abs() as Tensor,
  sin: (x) => x.sin() as Tensor,
  cos: (x) => x.cos() as Tensor,
  tanh: (x) => x.tanh() as Tensor,
  sigmoid: (x) => sigmoid(x) as Tensor,
  relu: (x) => x.maximum(0) as Tensor,
};
const TWO: Readonly<Record<string, (a: Tensor, b: Tensor) => Tensor>> = {
  max: (a, b) => a.maximum(b) as Tensor,
  min: (a, b) => a.minimum(b) as Tensor,
};
export const WORDS = ["x", "pi", "e", ...Object.keys(ONE), ...Object.keys(TWO)];

const TOKEN = /\s*(?:(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+)|([a-z]+)|(.))/giy;

interface Token {
  readonly kind: "number" | "word" | "sign" | "end";
  readonly text: string;
}

function tokensOf(text: string): Token[] {
  const plain = text.replaceAll("−", "-").replaceAll("×", "*").replaceAll("÷", "/").trim();
  const tokens = [...plain.matchAll(TOKEN)].map(([, number, word, sign]): Token => {
    if (number !== undefined) return { kind: "number", text: number };
    return word === undefined ? { kind: "sign", text: sign! } : { kind: "word", text: word.toLowerCase() };
  });
  return [...tokens, { kind: "end", text: "" }];
}

/**
 * Reads a formula in x.
 *
 * @throws FormulaError where it is none
 */
export function parseFormula(text: string): Parsed {
  if (text.length > MOST_CHARACTERS) throw new FormulaError("long", "");
  const tokens = tokensOf(text);
  let at = 0;
  let depth = 0;
  const next = (): Token => tokens[at]!;
  const wrong = (token: Token): FormulaError =>
    token.kind === "end" ? new FormulaError("end", "") : new FormulaError("sign", token.text);
  const take = (sign: string): boolean => {
    const here = next().kind === "sign" && next().text === sign;
    if (here) at++;
    return here;
  };
  const expect = (sign: string): void => {
    if (!take(sign)) throw wrong(next());
  };

  const both = (method: "add" | "sub" | "mul" | "div" | "pow", a: Parsed, b: Parsed): Parsed =>
    of((x) => a.f(x)[method](b.f(x)) as Tensor, `${subject(a)}.${method}(${b.code})`);

  function sum(): Parsed {
    if (++depth > DEEPEST) throw new FormulaError("deep", "");
    let left = term();
    for (;;) {
      if (take("+")) left = both("add", left, term());
      else if (take("-")) left = both("sub", left, term());
      else break;
    }
    depth--;
    return left;
  }
  function term(): Parsed {
    let left = signed();
    for (;;) {
      if (take("*")) left = both("mul", left, signed());
      else if (take("/")) left = both("div", left, signed());
      else return left;
    }
  }
  /** A sign binds less than a power: -x^2 is -(x^2). */
  function signed(): Parsed {
    if (take("-")) {
      if (++depth > DEEPEST) throw new FormulaError("deep", "");
      const a = signed();
      depth--;
      return of((x) => a.f(x).neg() as Tensor, `${subject(a)}.neg()`);
    }
    take("+");
    const base = atom();
    return take("^") ? both("pow", base, signed()) : base;
  }
  function atom(): Parsed {
    const token = next();
    at++;
    if (token.kind === "number") return constant(Number(token.text));
    if (token.kind === "sign" && token.text === "(") {
      const inner = sum();
      expect(")");
      return inner;
    }
    if (token.kind !== "word") throw wrong(token);
    return named(token.text);
  }
  function named(word: string): Parsed {
    if (word === "x") return of((x) => x, "x");
    if (word === "pi") return constant(Math.PI, "Math.PI");
    if (word === "e") return constant(Math.E, "Math.E");
    const one = Object.hasOwn(ONE, word) ? ONE[word] : undefined;
    const two = Object.hasOwn(TWO, word) ? TWO[word] : undefined;
    if (one === undefined && two === undefined) throw new FormulaError("word", word);
    expect("(");
    const a = sum();
    if (one !== undefined) {
      expect(")");
      return of((x) => one(a.f(x)), called(word, a));
    }
    expect(",");
    const b = sum();
    expect(")");
    return of((x) => two!(a.f(x), b.f(x)), `${subject(a)}.${METHODS[word]}(${b.code})`);
  }

  const whole = sum();
  if (next().kind !== "end") throw wrong(next());
  return whole;
}
