/**
 * Recurrent sweeps: a cell over all steps of a batch of sequences, as one piece of graph with a derivative of its own. The
 * derivative walks back as the table of rules says, with one difference: what the steps add to the weights is one product
 * over all steps and samples instead of a sum of one product a step.
 */
import { DerivativeRule, gradients } from "../autodiff/index.js";
import {
  add,
  binary,
  concat,
  contract,
  custom,
  full,
  like,
  mul,
  type Node,
  permute,
  reduce,
  reshape,
  stretch,
  sub,
  unary,
  where,
} from "../graph/index.js";
import { relu } from "./comparison.js";
import { part } from "./movement.js";

/** How many times as long as the state a cell's weights are. */
export const GATES = { tanh: 1, relu: 1, gru: 3, lstm: 4 } as const;

export type CellKind = keyof typeof GATES;

/** What a cell keeps from step to step: h, and the LSTM's c. */
type State = readonly [h: Node, c?: Node];

interface Cell {
  /** From what the input and the state before say to the next state. */
  readonly next: (x: Node, hidden: Node, state: State) => State;
}

const sigmoid = (x: Node): Node => unary("sigmoid", x);
const tanh = (x: Node): Node => unary("tanh", x);

/** The gates, which lie beside each other in the last axis. */
function gates(x: Node, count: number): Node[] {
  const size = x.shape[1]! / count;
  return Array.from({ length: count }, (_, gate) => part(x, 1, gate * size, (gate + 1) * size));
}

/** One minus x. */
const rest = (x: Node): Node => sub(like(x, 1), x);

/** PyTorch's formulas and orders of gates. */
const CELLS: Readonly<Record<CellKind, Cell>> = {
  tanh: { next: (x, hidden) => [tanh(add(x, hidden))] },
  relu: {
    next: (x, hidden) => [relu(add(x, hidden))],
  },
  /** r, z and n: h' = (1 - z) n + z h with n = tanh(x_n + r (W h + b)_n) (Cho et al. 2014). */
  gru: {
    next: (x, hidden, [h]) => {
      const [xr, xz, xn] = gates(x, 3) as [Node, Node, Node];
      const [hr, hz, hn] = gates(hidden, 3) as [Node, Node, Node];
      const z = sigmoid(add(xz, hz));
      const n = tanh(add(xn, mul(sigmoid(add(xr, hr)), hn)));
      return [add(mul(rest(z), n), mul(z, h))];
    },
  },
  /** i, f, g and o: c' = f c + i g, h' = o tanh c' (Hochreiter and Schmidhuber 1997, with Gers's forget gate). */
  lstm: {
    next: (x, hidden, [, c]) => {
      const [i, f, g, o] = gates(add(x, hidden), 4) as [Node, Node, Node, Node];
      const next = add(mul(sigmoid(f), c!), mul(sigmoid(i), tanh(g)));
      return [mul(sigmoid(o), tanh(next)), next];
    },
  },
};

export interface SweepInput {
  readonly kind: CellKind;
  /** What the inputs say: W_ih x + b_ih for each step, (steps, batch, gates size). */
  readonly x: Node;
  /** W_hh, (gates size, size). */
  readonly weight: Node;
  /** b_hh, (gates size), or null. */
  readonly bias: Node | null;
  /** The first state, (batch, size) each; null is zeros. */
  readonly first: State | null;
  /** Of each sequence so many steps count, (batch); null: all. */
  readonly lengths: Node | null;
  /** From the last step to the first? */
  readonly reverse: boolean;
}

export interface SweepOutput {
  /** h after each step, (steps, batch, size); 0 beyond a sequence's length. */
  readonly output: Node;
  readonly last: State;
}

interface Step {
  readonly at: number;
  readonly x: Node;
  /** W_hh h + b_hh; undefined where h is zero and there is no bias. */
  readonly hidden: Node | undefined;
  /** h before the step; undefined where it is zero. */
  readonly before: Node | undefined;
}

/** A cell over all steps. */
export function sweep(given: SweepInput): SweepOutput {
  const { kind, x, weight, bias, first, lengths, reverse } = given;
  const [steps, batch] = x.shape as readonly [number, number, number];
  const size = weight.shape[1]!;
  const zero = full([batch, size], 0, x.dtype);
  const transposed = permute(weight, [1, 0]);
  const spread = bias === null ? undefined : stretch(bias, [batch, weight.shape[0]!]);
  const order = Array.from({ length: steps }, (_, i) => (reverse ? steps - 1 - i : i));
  const outputs = new Array<Node>(steps);
  const taken: Step[] = [];
  let state: State = first ?? (kind === "lstm" ? [zero, zero] : [zero]);
  let known = first !== null;
  for (const at of order) {
    const own = reshape(part(x, 0, at, at + 1), [batch, x.shape[2]!]);
    const before = known ? state[0] : undefined;
    const product = before && contract(before, transposed, { batchA: [], batchB: [], sumA: [1], sumB: [0] });
    // A node of its own in each step, so that what arrives there is that step's alone.
    const from = product ?? (spread && like(spread, 0));
    const hidden = spread === undefined ? product : add(from!, spread);
    taken.push({ at, x: own, hidden, before });
    const next = CELLS[kind].next(own, hidden ?? full(own.shape, 0, own.dtype), state);
    const there = lengths && stepCounts(lengths, at, [batch, size]);
    const kept =
      there === null ? next : (next.map((s, k) => where(there, s!, state[k]!)) as unknown as State);
    outputs[at] = there === null ? kept[0] : where(there, kept[0], zero);
    state = kept;
    known = true;
  }
  const packed = concat(
    [...outputs, ...(state as readonly Node[])].map((s) => reshape(s, [1, batch, size])),
    0,
  );
  const whole = withDerivative(packed, given, taken);
  const piece = (at: number): Node => reshape(part(whole, 0, at, at + 1), [batch, size]);
  const last = (state as readonly Node[]).map((_, k) => piece(steps + k)) as unknown as State;
  return { output: part(whole, 0, 0, steps), last };
}

/** Is step `at` within each sequence? As bool in a shape of (batch, size). */
function stepCounts(lengths: Node, at: number, shape: readonly number[]): Node {
  const inside = binary("lt", full(lengths.shape, at, "int32"), lengths);
  return stretch(reshape(inside, [shape[0]!, 1]), shape);
}

function withDerivative(packed: Node, { x, weight, bias, first }: SweepInput, taken: readonly Step[]): Node {
  if (!packed.tracked) return packed;
  const states = (first ?? []) as readonly Node[];
  const ordered = [...taken].sort((p, q) => p.at - q.at);
  const rule = new DerivativeRule("recurrent", (g) => {
    const wanted = [...ordered.flatMap(({ x, hidden }) => [x, hidden ?? x]), ...states];
    // Where x and the first state come from is not this derivative's business.
    const ends = new Set([...ordered.map((step) => step.x), ...states]);
    const found = gradients([packed], [g], wanted, ends);
    const of = new Map(wanted.map((node, i) => [node, found[i]]));
    const joined = (pick: (step: Step) => Node): Node =>
      concat(
        ordered.map((step) => {
          const node = pick(step);
          return reshape(of.get(node) ?? like(node, 0), [1, ...node.shape]);
        }),
        0,
      );
    // Where x and the state are simply added these are the same node.
    const hidden = joined((step) => step.hidden ?? step.x);
    const before = concat(
      ordered.map((step) =>
        reshape(step.before ?? stateOfZeros(step, weight), [1, x.shape[1]!, weight.shape[1]!]),
      ),
      0,
    );
    return [
      joined((step) => step.x),
      // One product over all steps and samples.
      contract(hidden, before, { batchA: [], batchB: [], sumA: [0, 1], sumB: [0, 1] }),
      ...(bias === null ? [] : [reduce("sum", hidden, [0, 1])]),
      // One node may be both h and c; all that arrives is then told once.
      ...states.map((node, i) => (states.indexOf(node) === i ? (of.get(node) ?? null) : null)),
    ];
  });
  return custom(packed, [x, weight, ...(bias === null ? [] : [bias]), ...states], rule);
}

const stateOfZeros = ({ x }: Step, weight: Node): Node => full([x.shape[0]!, weight.shape[1]!], 0, x.dtype);
