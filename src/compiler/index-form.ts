/**
 * Index arithmetic: where an element lies, as a sum of loop variables times whole numbers. Movement (reshape, slice,
 * windows, ...) becomes arithmetic on such sums and nothing else. Division rounds down and is kept as an atom of its own;
 * a remainder is written e - c (e / c), so that `(i / 7) * 7 + i % 7` falls back to `i` by cancelling.
 */

/** A loop variable: 0 <= v < extent. */
export interface Var {
  readonly kind: "var";
  readonly id: number;
  readonly name: string;
  readonly extent: number;
}

/** The rounded-down quotient of a sum that is never negative. */
export interface Quotient {
  readonly kind: "quotient";
  readonly id: number;
  readonly of: Index;
  readonly by: number;
}

/** A number that is known only when it is computed (an index that was read), within bounds. */
export interface Unknown {
  readonly kind: "unknown";
  readonly id: number;
  /** What the expression room knows it by. */
  readonly value: object;
  readonly high: number;
}

export type Atom = Var | Quotient | Unknown;

interface Term {
  readonly atom: Atom;
  readonly factor: number;
}

/** constant + sum of factor * atom, atoms in order of id, no factor 0. Equal forms are one object. */
export interface Index {
  readonly id: number;
  readonly constant: number;
  readonly terms: readonly Term[];
}

let nextAtom = 1;
let nextIndex = 1;
/** Equal quotients by what is divided, then by the divisor. */
const quotients = new Map<Index, Map<number, Quotient>>();
const table = new Map<number, Index[]>();

/** Forgets forms that were shared; a compilation calls it when it begins. */
export function resetIndices(): void {
  quotients.clear();
  table.clear();
  table.set(hashOf(0, []), [ZERO]);
}

export const newVar = (name: string, extent: number): Var => ({ kind: "var", id: nextAtom++, name, extent });

export const unknown = (value: object, high: number): Index =>
  fromAtom({ kind: "unknown", id: nextAtom++, value, high });

function hashOf(constant: number, terms: readonly Term[]): number {
  let hash = Math.imul(constant | 0, 0x9e3779b1);
  for (const { atom, factor } of terms)
    hash = Math.imul(hash ^ (atom.id * 31 + factor), 0x01000193) ^ (hash >>> 15);
  return hash;
}

function make(constant: number, terms: readonly Term[]): Index {
  const hash = hashOf(constant, terms);
  const bucket = table.get(hash);
  const old = bucket?.find((other) => {
    if (other.constant !== constant || other.terms.length !== terms.length) return false;
    return other.terms.every(({ atom, factor }, i) => atom === terms[i]!.atom && factor === terms[i]!.factor);
  });
  if (old !== undefined) return old;
  const fresh: Index = { id: nextIndex++, constant, terms };
  if (bucket === undefined) table.set(hash, [fresh]);
  else bucket.push(fresh);
  return fresh;
}

export const whole = (n: number): Index => make(n, []);
export const ZERO = whole(0);

const fromAtom = (atom: Atom): Index => make(0, [{ atom, factor: 1 }]);
export const at = (variable: Var): Index => (variable.extent === 1 ? ZERO : fromAtom(variable));

/** The number, where the sum is one. */
export const constantOf = (e: Index): number | undefined => (e.terms.length === 0 ? e.constant : undefined);

export function plus(a: Index, b: Index): Index {
  if (a.terms.length === 0)
    return b.constant + a.constant === b.constant ? b : make(a.constant + b.constant, b.terms);
  if (b.terms.length === 0) return b.constant === 0 ? a : make(a.constant + b.constant, a.terms);
  const terms: Term[] = [];
  let [i, j] = [0, 0];
  while (i < a.terms.length || j < b.terms.length) {
    const [x, y] = [a.terms[i], b.terms[j]];
    if (y === undefined || (x !== undefined && x.atom.id < y.atom.id)) {
      terms.push(x!);
      i++;
    } else if (x === undefined || y.atom.id < x.atom.id) {
      terms.push(y);
      j++;
    } else {
      if (x.factor + y.factor !== 0) terms.push({ atom: x.atom, factor: x.factor + y.factor });
      i++;
      j++;
    }
  }
  return make(a.constant + b.constant, terms);
}

export function times(e: Index, n: number): Index {
  if (n === 1) return e;
  if (n === 0) return ZERO;
  return make(
    e.constant * n,
    e.terms.map(({ atom, factor }) => ({ atom, factor: factor * n })),
  );
}

export const minus = (a: Index, b: Index): Index => plus(a, times(b, -1));
export const offsetBy = (e: Index, n: number): Index => (n === 0 ? e : make(e.constant + n, e.terms));

function boundsOfAtom(atom: Atom): readonly [number, number] {
  if (atom.kind === "var") return [0, atom.extent - 1];
  if (atom.kind === "unknown") return [0, atom.high];
  const [low, high] = bounds(atom.of);
  return [Math.floor(low / atom.by), Math.floor(high / atom.by)];
}

/** Smallest and largest value that the sum can take (an enclosing range). */
export function bounds(e: Index): readonly [number, number] {
  // k x - k c (x / c) is k times a remainder: between 0 and k (c - 1).
  for (const { atom } of e.terms) {
    if (atom.kind !== "quotient" || atom.of.terms.length === 0) continue;
    const lead = atom.of.terms[0]!;
    const factor = e.terms.find((term) => term.atom === lead.atom)?.factor ?? 0;
    if (factor === 0 || factor % lead.factor !== 0) continue;
    const k = factor / lead.factor;
    const rest = plus(minus(e, times(atom.of, k)), make(0, [{ atom, factor: k * atom.by }]));
    if (rest.terms.length >= e.terms.length) continue;
    const [low, high] = bounds(rest);
    const most = Math.min(atom.by - 1, bounds(atom.of)[1]);
    return k > 0 ? [low, high + k * most] : [low + k * most, high];
  }
  let [low, high] = [e.constant, e.constant];
  for (const { atom, factor } of e.terms) {
    const [a, b] = boundsOfAtom(atom);
    low += factor > 0 ? factor * a : factor * b;
    high += factor > 0 ? factor * b : factor * a;
  }
  return [low, high];
}

/** Terms that are multiples of g, divided by it, and the others. */
function splitBy(e: Index, g: number): readonly [Index, Index] {
  const constant = Math.floor(e.constant / g);
  const big = e.terms.filter(({ factor }) => factor % g === 0);
  const small = e.terms.filter(({ factor }) => factor % g !== 0);
  return [
    make(
      constant,
      big.map(({ atom, factor }) => ({ atom, factor: factor / g })),
    ),
    make(e.constant - constant * g, small),
  ];
}

/** e / c rounded down, simplified as far as the bounds of the variables allow. */
export function quotient(e: Index, c: number): Index {
  if (c === 1) return e;
  const [multiples, rest] = splitBy(e, c);
  return plus(multiples, smallQuotient(rest, c));
}

function smallQuotient(e: Index, c: number): Index {
  const [low, high] = bounds(e);
  if (Math.floor(low / c) === Math.floor(high / c)) return whole(Math.floor(low / c));
  // (g big + small) / c = big / (c / g) where 0 <= small < g.
  for (const { factor } of e.terms) {
    const g = Math.abs(factor);
    if (g === 1 || c % g !== 0) continue;
    const [big, small] = splitBy(e, g);
    const [least, most] = bounds(small);
    if (least >= 0 && most < g) return quotient(big, c / g);
  }
  const [only] = e.terms;
  if (e.terms.length === 1 && only!.factor === 1 && only!.atom.kind === "quotient") {
    const { of, by } = only!.atom;
    return quotient(offsetBy(of, e.constant * by), by * c);
  }
  // Machines round towards 0, so what is divided must not be negative.
  const lift = low < 0 ? Math.ceil(-low / c) : 0;
  const of = offsetBy(e, lift * c);
  let known = quotients.get(of);
  if (known === undefined) {
    known = new Map();
    quotients.set(of, known);
  }
  let atom = known.get(c);
  if (atom === undefined) {
    atom = { kind: "quotient", id: nextAtom++, of, by: c };
    known.set(c, atom);
  }
  return offsetBy(fromAtom(atom), -lift);
}

export const remainder = (e: Index, c: number): Index =>
  c === 1 ? ZERO : minus(e, times(quotient(e, c), c));

/** The sum with atoms replaced; quotients are simplified anew. */
export function substitute(e: Index, replace: (atom: Var | Unknown) => Index | undefined): Index {
  let result = whole(e.constant);
  for (const term of e.terms) {
    const { atom, factor } = term;
    const fresh = atom.kind === "quotient" ? quotient(substitute(atom.of, replace), atom.by) : replace(atom);
    result = plus(result, fresh === undefined ? make(0, [term]) : times(fresh, factor));
  }
  return result;
}

/** Calls `visit` for each variable and unknown, also inside quotients. */
export function visitAtoms(e: Index, visit: (atom: Var | Unknown) => void): void {
  for (const { atom } of e.terms) {
    if (atom.kind === "quotient") visitAtoms(atom.of, visit);
    else visit(atom);
  }
}

export function dependsOn(e: Index, variable: Var): boolean {
  let found = false;
  visitAtoms(e, (atom) => {
    found ||= atom === variable;
  });
  return found;
}

/** What one step of the variable adds, or undefined where that is not the same everywhere. */
export function strideOf(e: Index, variable: Var): number | undefined {
  let stride = 0;
  for (const { atom, factor } of e.terms) {
    if (atom === variable) stride = factor;
    else if (atom.kind === "quotient" && dependsOn(atom.of, variable)) return undefined;
  }
  return stride;
}

/** Row-major position of a list of indices in a shape. */
export function flatten(indices: readonly Index[], shape: readonly number[]): Index {
  let flat = ZERO;
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    flat = plus(flat, times(indices[axis]!, step));
    step *= shape[axis]!;
  }
  return flat;
}

/** The indices of a row-major position in a shape. */
export function unflatten(flat: Index, shape: readonly number[]): Index[] {
  const indices: Index[] = new Array<Index>(shape.length).fill(ZERO);
  let step = 1;
  // Of an array without elements there is nothing to ask for.
  if (shape.some((n) => n === 0)) return indices;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const rest = quotient(flat, step);
    indices[axis] = axis === 0 ? rest : remainder(rest, shape[axis]!);
    if (shape[axis] === 1) indices[axis] = ZERO;
    step *= shape[axis]!;
  }
  return indices;
}

export function formatIndex(e: Index): string {
  const parts = e.terms.map(({ atom, factor }) => {
    const name =
      atom.kind === "var"
        ? atom.name
        : atom.kind === "unknown"
          ? `?${atom.id}`
          : `(${formatIndex(atom.of)})/${atom.by}`;
    return factor === 1 ? name : factor === -1 ? `-${name}` : `${factor}*${name}`;
  });
  if (e.constant !== 0 || parts.length === 0) parts.push(String(e.constant));
  return parts.join(" + ").replaceAll("+ -", "- ");
}
