/**
 * Random graphs: a pool of values to which one step after the other adds some, each over values that are there. Steps are
 * single primitives and the small patterns that fusion is about. A value that would hang on a tie, overflow or be far
 * out of proportion is thrown away again.
 */
import { gradients } from "../../../src/autodiff/index.js";
import {
  allocate,
  buffer,
  type DType,
  full,
  isFloat,
  isVariable,
  mul,
  type Node,
  reduce,
  storageOf,
  topological,
  variable,
} from "../../../src/graph/index.js";
import { sizeOf } from "../../../src/shape/index.js";
import { typed } from "../../primitives/samples.js";
import { Dice } from "./dice.js";
import { STEPS, type StepName, WEIGHTS } from "./steps.js";
import { Trials } from "./trial.js";

export interface RandomGraph {
  readonly roots: readonly Node[];
  readonly trials: Trials;
}

const DTYPES = { float32: 6, float64: 3, int32: 3, uint8: 1, bool: 1 } as const;
const SIZES = [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 11, 16, 17, 33];
const SPECIAL = [Number.NaN, Infinity, -Infinity, -0, 0, 1, -1, 0.5, 1.5, 2.5, -2.5];
const TOO_LARGE = 1e6;

export class Pool {
  readonly nodes: Node[] = [];
  readonly trials = new Trials();
  /** May there be NaN and infinities? */
  readonly special: boolean;
  readonly most: number;

  constructor(readonly dice: Dice) {
    this.special = dice.chance(0.15);
    this.most = dice.chance(0.02) ? 150_000 : dice.chance(0.2) ? 6000 : 600;
  }

  shape(rank = this.dice.whole(0, 4)): number[] {
    for (;;) {
      const shape = Array.from({ length: rank }, () => this.size());
      if (sizeOf(shape) <= this.most) return shape;
    }
  }

  size(): number {
    const { dice, most } = this;
    if (most > 600 && dice.chance(0.1)) return dice.whole(1, most > 6000 ? 100_000 : 3000);
    const size = dice.pick(SIZES);
    return size === 0 && dice.chance(0.7) ? 2 : size;
  }

  leaf(shape: readonly number[] = this.shape(), dtype: DType = this.dice.weighted(DTYPES)): Node {
    const { dice } = this;
    const kind = dice.weighted({ even: 6, halves: 2, special: this.special ? 3 : 0 });
    const draw = (): number => {
      if (dtype === "bool") return dice.whole(0, 1);
      if (dtype === "uint8") return dice.whole(0, 255);
      if (dtype === "int32")
        return dice.chance(0.05) ? dice.whole(-(2 ** 31), 2 ** 31 - 1) : dice.whole(-9, 9);
      if (kind === "special" && dice.chance(0.5)) return dice.pick(SPECIAL);
      return kind === "even" ? dice.real(-2, 2) : dice.whole(-5, 5) / 2;
    };
    const values = typed(dtype, Array.from({ length: sizeOf(shape) }, draw));
    const made = buffer(values, shape, dtype);
    return isFloat(dtype) && dice.chance(0.5) ? variable(made) : made;
  }

  /** Adds the node unless its value is of no use; whether it did. */
  add(node: Node): boolean {
    if (sizeOf(node.shape) > this.most * 4 || node.shape.length > 6) return false;
    for (const below of topological([node], (x) => this.trials.of(x) !== undefined && x !== node)) {
      if (!this.#useful(below)) return false;
    }
    if (!this.nodes.includes(node)) this.nodes.push(node);
    return true;
  }

  #useful(node: Node): boolean {
    const trial = this.trials.of(node);
    if (trial === undefined) return false;
    if (!isFloat(node.dtype)) return true;
    const fits = (x: number): boolean => (Number.isFinite(x) ? Math.abs(x) < TOO_LARGE : this.special);
    return [trial.value, ...trial.moved].every((values) => values.every(fits));
  }

  isExact(node: Node): boolean {
    return this.trials.of(node)?.exact === true;
  }

  /** A value of the pool that fits, one of the last more often. */
  find(fits: (node: Node) => boolean = () => true): Node | undefined {
    const { dice, nodes } = this;
    const found = nodes.filter(fits);
    if (found.length === 0) return undefined;
    return dice.chance(0.6)
      ? found[dice.whole(Math.max(0, found.length - 4), found.length - 1)]
      : dice.pick(found);
  }
}

function addGradients(pool: Pool): Node[] {
  const { dice } = pool;
  const y = pool.find((node) => node.tracked && !isVariable(node));
  if (y === undefined) return [];
  const leaves = topological([y]).filter(isVariable);
  const weights = allocate(y.dtype, sizeOf(y.shape)).map(() => dice.whole(-3, 3) / 2);
  const scalar = reduce("sum", dice.chance(0.5) ? mul(y, buffer(weights, y.shape, y.dtype)) : y, [
    ...y.shape.keys(),
  ]);
  const found = gradients([scalar], [full([], 1, y.dtype)], leaves).filter((g): g is Node => g !== null);
  return found.filter((g) => pool.add(g));
}

export function randomGraph(seed: number): RandomGraph {
  const dice = new Dice(seed);
  const pool = new Pool(dice);
  for (let i = dice.whole(1, 3); i > 0; i--) pool.add(pool.leaf());
  const steps = dice.chance(0.3) ? dice.whole(1, 5) : dice.whole(4, 24);
  for (let i = 0; i < steps; i++) {
    const name = dice.weighted<StepName>(WEIGHTS);
    const made = STEPS[name](pool);
    if (made !== undefined) pool.add(made);
    if (
      dice.chance(0.02) &&
      made !== undefined &&
      made.storage === undefined &&
      pool.nodes.includes(made) &&
      !made.tracked
    ) {
      // It was computed before.
      const { value } = pool.trials.of(made)!;
      if (pool.trials.of(made)!.exact) made.storage = storageOf(made.dtype, value.slice());
    }
  }
  const derived = dice.chance(0.3) && !pool.special ? addGradients(pool) : [];
  const computed = pool.nodes.filter((node) => node.storage === undefined);
  if (computed.length === 0) return randomGraph(seed + 1_000_003);
  const used = new Set(computed.flatMap((node) => node.sources));
  const last = computed.filter((node) => !used.has(node));
  const roots = new Set<Node>(derived.slice(0, 4));
  if (dice.chance(0.4)) for (const node of last.slice(-8)) roots.add(node);
  for (let i = dice.whole(1, 3); i > 0; i--) roots.add(dice.chance(0.5) ? last.at(-1)! : dice.pick(computed));
  return { roots: [...roots].filter(({ storage }) => storage === undefined), trials: pool.trials };
}
