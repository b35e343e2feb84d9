/**
 * Lower: a group of the schedule becomes a nest of plain loops, each value an expression. Nothing is rearranged here;
 * run as they are, the nests give the right numbers slowly, and every transform is tested against that.
 */
import { type DType, isOp, type Node } from "../graph/index.js";
import { sizeOf } from "../shape/index.js";
import {
  type Across,
  type Buffer,
  bits,
  constant,
  convert,
  type Expr,
  eq,
  type Local,
  load,
  mul,
  ne,
  newLocal,
  pure,
  readLocal,
  select,
  type ValueType,
  valueTypeOf,
} from "./expression.js";
import type { Group, Member } from "./group.js";
import { indicesOf } from "./group.js";
import { flatten, type Index, ZERO } from "./index-form.js";
import { axisOver, type Nest, type Reduction, type Stage, type Store, type Test } from "./nest.js";
import type { Uses } from "./uses.js";
import { type Ends, Values } from "./value.js";

/** Where values live outside of a kernel, and which of them somebody else reads. */
export interface Places {
  /** The buffer of a node whose values are in memory before the kernel, or undefined. */
  input(node: Node): Buffer | undefined;
  /** The buffer to write a member to, where anybody outside the kernel reads it. */
  output(node: Node): Buffer | undefined;
  /** New scratch that each thread has for itself. */
  scratch(node: Node, length: number): Buffer;
  /** New memory that lives as long as the program runs. */
  temporary(node: Node, length: number, dtype: DType): Buffer;
}

/** An inner value that costs more than this is kept between the stages that use it. */
const KEEP_ROW = 3;

const ACROSS: Record<string, Across> = { sum: "add", contract: "add", prod: "mul", amax: "max", amin: "min" };

/** Bools are compared as numbers while they are brought together. */
const accumulatorType = (node: Node): ValueType => (node.dtype === "bool" ? "i32" : valueTypeOf(node.dtype));

export function lowerGroup(group: Group, uses: Uses, places: Places, name: string): Nest {
  return new Lowering(group, uses, places).nest(name);
}

class Lowering {
  readonly #values: Values;
  /** What a member is in the stage that is being built. */
  readonly #known = new Map<Node, Expr>();
  /** Where an inner member lies in memory once its stage is over. */
  readonly #rows = new Map<Node, (stage: number) => Expr | undefined>();
  #stage = 0;

  constructor(
    readonly group: Group,
    readonly uses: Uses,
    readonly places: Places,
  ) {
    const ends: Ends = (node, indices) => {
      const own = this.#rows.get(node)?.(this.#stage) ?? this.#known.get(node);
      if (own !== undefined) return own;
      const buffer = this.places.input(node);
      return buffer === undefined ? undefined : load(buffer, flatten(indices, node.shape));
    };
    this.#values = new Values(ends);
  }

  nest(name: string): Nest {
    const members = [...this.group.members.values()];
    const last = Math.max(...members.map(({ stage }) => stage));
    const stages: Stage[] = [];
    for (let stage = 0; stage <= last; stage++) {
      this.#stage = stage;
      this.#values.forget();
      stages.push(this.#lowerStage(members, stage));
    }
    return {
      name,
      outer: this.group.outer.map((variable) => axisOver(variable)),
      tile: [],
      stages: stages.filter(
        ({ reductions, stores, finish }) => reductions.length + stores.length + finish.length > 0,
      ),
      parallel: 0,
    };
  }

  /** Inner values of the stage, the sums over them, and then what is known with those sums. */
  #lowerStage(members: readonly Member[], stage: number): Stage {
    const stores: Store[] = [];
    const reductions: Reduction[] = [];
    const finish: Store[] = [];
    const before = this.#values.checks.length;
    // Outer values that need no sum come first: inner values may use them.
    if (stage === 0) for (const member of members) if (isFree(member, 0)) this.#finish(member, finish);
    const free = this.#testsSince(before);
    const innerFrom = this.#values.checks.length;
    for (const member of members) {
      if (member.level === "inner" && member.stage === stage) this.#inner(member, stage, stores);
      if (isSum(member) && member.stage === stage + 1) reductions.push(...this.#sum(member));
    }
    const tests = this.#testsSince(innerFrom);
    const finishFrom = this.#values.checks.length;
    for (const { node, result } of this.#pending.splice(0)) this.#known.set(node, result);
    this.#stage = stage + 1;
    this.#values.forget();
    for (const member of members) {
      if (isSum(member) && member.stage === stage + 1)
        this.#store(member, this.#known.get(member.node)!, finish);
      if (isFree(member, stage + 1)) this.#finish(member, finish);
    }
    const walks = reductions.length + stores.length > 0;
    return {
      loops: walks ? this.group.inner.map((variable) => axisOver(variable)) : [],
      reductions,
      stores,
      tests,
      finish,
      finishTests: [...free, ...this.#testsSince(finishFrom)],
    };
  }

  readonly #pending: { node: Node; result: Expr }[] = [];

  #testsSince(from: number): Test[] {
    return this.#values.checks
      .slice(from)
      .map(({ condition, value, code, site }) => ({ condition, value, code, site }));
  }

  #inner(member: Member, stage: number, stores: Store[]): void {
    const { node, indices } = member;
    const value = this.#values.of(node, indices);
    this.#known.set(node, value);
    const buffer = this.#store(member, value, stores);
    const later = [...this.group.members.values()].some(
      (other) => other.stage > stage + (isSum(other) ? 1 : 0) && other !== member,
    );
    if (!later || (buffer === undefined && this.uses.cost.get(node)! <= KEEP_ROW)) return;
    // Later stages read what this one has kept: in its own memory, or in a row that is written again for each outer point.
    const shape = this.group.inner.map(({ extent }) => extent);
    const row = buffer ?? this.places.scratch(node, sizeOf(shape));
    const index =
      buffer === undefined ? flatten(indicesOf(this.group.inner), shape) : flatten(indices, node.shape);
    if (buffer === undefined) stores.push({ buffer: row, index, value });
    this.#rows.set(node, (now) => (now > stage ? load(row, index) : undefined));
  }

  #sum(member: Member): Reduction[] {
    const { node } = member;
    const type = accumulatorType(node);
    const value = convert(this.#summand(member), type);
    const known = (result: Expr): void => void this.#pending.push({ node, result });
    if (type === "f32" && (node.op === "amax" || node.op === "amin")) {
      const { reductions, result } = extreme(node.op, value);
      known(result);
      return reductions;
    }
    const result: Local = newLocal(node.op, type);
    const held =
      node.dtype === "bool" ? ne(readLocal(result), constant(0, "i32")) : wrapped(node, readLocal(result));
    known(held);
    return [{ result, op: ACROSS[node.op]!, type, value }];
  }

  #summand({ node, indices, source }: Member): Expr {
    if (isOp(node, "contract")) return this.#product(node, indices, indicesOf(this.group.inner));
    return this.#values.of(node.sources[0]!, source!);
  }

  #product(node: Node<"contract">, kept: readonly Index[], inner: readonly Index[]): Expr {
    const { batchA, batchB, sumA, sumB } = node.attrs;
    const [a, b] = [node.sources[0]!, node.sources[1]!];
    const freeA = [...a.shape.keys()].filter((axis) => !batchA.includes(axis) && !sumA.includes(axis));
    const freeB = [...b.shape.keys()].filter((axis) => !batchB.includes(axis) && !sumB.includes(axis));
    const place = (
      rank: number,
      lists: readonly (readonly [readonly number[], number, readonly Index[]])[],
    ): Index[] => {
      const result: Index[] = new Array(rank).fill(ZERO);
      for (const [axes, from, indices] of lists)
        axes.forEach((axis, i) => void (result[axis] = indices[from + i]!));
      return result;
    };
    const left = place(a.shape.length, [
      [batchA, 0, kept],
      [freeA, batchA.length, kept],
      [sumA, 0, inner],
    ]);
    const right = place(b.shape.length, [
      [batchB, 0, kept],
      [freeB, batchA.length + freeA.length, kept],
      [sumB, 0, inner],
    ]);
    return mul(this.#values.of(a, left), this.#values.of(b, right));
  }

  #finish(member: Member, finish: Store[]): void {
    const value = this.#values.of(member.node, member.indices);
    this.#known.set(member.node, value);
    this.#store(member, value, finish);
  }

  #store({ node, indices }: Member, value: Expr, list: Store[]): Buffer | undefined {
    const buffer = this.places.output(node);
    if (buffer !== undefined) list.push({ buffer, index: flatten(indices, node.shape), value });
    return buffer;
  }
}

const isSum = ({ node }: Member): boolean => Object.hasOwn(ACROSS, node.op);
/** An outer value that is computed from others, known from that stage on. */
const isFree = (member: Member, stage: number): boolean =>
  member.level === "outer" && !isSum(member) && member.stage === stage;

/** Sums of uint8 keep the low 8 bits. */
const wrapped = (node: Node, value: Expr): Expr =>
  node.dtype === "uint8" ? pure("and", [value, constant(255, "i32")]) : value;

/**
 * The largest or smallest float32. A max that looks for NaN and -0 in every step takes seven instructions; three simple
 * reductions take four: the larger one by comparison, whether any is NaN, and the bits that all have (for the smallest,
 * that any has). Of those the sign is asked for where the result is 0: then nothing lies beyond 0, so all signs are set
 * (none is) unless there is a +0 (a -0).
 */
function extreme(op: "amax" | "amin", value: Expr): { reductions: Reduction[]; result: Expr } {
  const upward = op === "amax";
  const [far, nan, signs] = [newLocal(op, "f32"), newLocal("nan", "bool"), newLocal("signs", "i32")];
  const [found, zero] = [readLocal(far), constant(0, "f32")];
  const signed = select(eq(found, zero), pure("copysign", [zero, bits(readLocal(signs))]), found);
  return {
    reductions: [
      { result: far, op: upward ? "larger" : "smaller", type: "f32", value },
      { result: nan, op: "max", type: "bool", value: ne(value, value) },
      { result: signs, op: upward ? "and" : "or", type: "i32", value: bits(value) },
    ],
    result: select(readLocal(nan), constant(NaN, "f32"), signed),
  };
}
