/** Recurrent networks, with PyTorch's parameters, orders of gates, layouts and initial values. */
import { DTypeError, ShapeError, ValueError } from "../errors.js";
import type { Node } from "../graph/index.js";
import * as ops from "../ops/index.js";
import { formatShape, refuseUnknown, sameShape } from "../shape/index.js";
import { checkValues } from "../tensor/capture.js";
import { array, random, Tensor, wrapNode } from "../tensor/index.js";
import { uniformFanIn } from "./init.js";
import { Module } from "./module.js";

/** What rnn, lstm and gru take beside their sizes. */
export interface RecurrentOptions {
  /** Layers on top of each other; 1 by default. */
  readonly numLayers?: number;
  /** Add biases? true by default. */
  readonly bias?: boolean;
  /** Is the batch the first axis, (batch, steps, features)? By default the steps are, (steps, batch, features). */
  readonly batchFirst?: boolean;
  /** Between layers, while learning, so much of the features is left out; 0 by default. */
  readonly dropout?: number;
  /** Also from the last step to the first, each with half of the output's features? false by default. */
  readonly bidirectional?: boolean;
}

/** What rnn takes beside. */
export interface RnnOptions extends RecurrentOptions {
  /** tanh by default. */
  readonly nonlinearity?: "tanh" | "relu";
}

/** What a sequence layer's forward takes beside the input and the first state. */
export interface SequenceOptions {
  /**
   * How many steps of each sequence count, from the first: numbers, or a tensor of int32. Later steps change no state,
   * their output is 0, and the reverse direction begins at the last that counts, as with PyTorch's packed sequences.
   */
  readonly lengths?: readonly number[] | Tensor;
}

const OPTIONS = ["numLayers", "bias", "batchFirst", "dropout", "bidirectional"];

type Pair = readonly [h: Tensor, c?: Tensor];

/** What all recurrent layers share. */
abstract class Recurrent extends Module {
  protected abstract readonly kind: ops.CellKind;
  readonly numLayers: number;
  readonly batchFirst: boolean;
  readonly bidirectional: boolean;
  readonly dropout: number;
  readonly bias: boolean;

  constructor(
    protected readonly operation: string,
    /** Features of the input. */
    readonly inputSize: number,
    /** Features of the state. */
    readonly hiddenSize: number,
    gates: number,
    options: RecurrentOptions,
  ) {
    super();
    refuseUnknown(operation, options, [...OPTIONS, ...(operation === "rnn" ? ["nonlinearity"] : [])]);
    const { numLayers = 1, bias = true, batchFirst = false, dropout = 0, bidirectional = false } = options;
    for (const [name, value] of Object.entries({ inputSize, hiddenSize, numLayers })) {
      if (Number.isSafeInteger(value) && value >= 1) continue;
      throw new ValueError(`${operation}: ${name} must be a whole number of at least 1, got ${value}`);
    }
    if (!(dropout >= 0 && dropout <= 1))
      throw new ValueError(`${operation}: dropout must be between 0 and 1, got ${dropout}`);
    [this.numLayers, this.bias, this.batchFirst] = [numLayers, bias, batchFirst];
    [this.dropout, this.bidirectional] = [dropout, bidirectional];
    for (let layer = 0; layer < numLayers; layer++) {
      const width = layer === 0 ? inputSize : hiddenSize * this.directions;
      for (const suffix of this.suffixes(layer)) {
        const make = (name: string, ...shape: number[]): void => {
          this.tensors[`${name}_${suffix}`] = uniformFanIn(shape, hiddenSize);
        };
        make("weight_ih", gates * hiddenSize, width);
        make("weight_hh", gates * hiddenSize, hiddenSize);
        if (!bias) continue;
        make("bias_ih", gates * hiddenSize);
        make("bias_hh", gates * hiddenSize);
      }
    }
  }

  /** The parameters are fields under PyTorch's names. */
  private get tensors(): Record<string, Tensor> {
    return this as unknown as Record<string, Tensor>;
  }

  private get directions(): number {
    return this.bidirectional ? 2 : 1;
  }

  private suffixes(layer: number): string[] {
    return this.bidirectional ? [`l${layer}`, `l${layer}_reverse`] : [`l${layer}`];
  }

  /** The output and the last states, each (layers * directions, batch, size). */
  protected run(input: Tensor, state: Pair | undefined, { lengths }: SequenceOptions): [Tensor, Pair] {
    this.checkInput(input);
    const single = input.ndim === 2;
    const batched = single ? (input.unsqueeze(1) as Tensor) : input;
    let x = !single && this.batchFirst ? (batched.swapaxes(0, 1) as Tensor) : batched;
    const [steps, batch] = x.shape as unknown as readonly [number, number];
    const first = state?.map((s, k) => this.checkState(s!, k, single, batch, x));
    const counts = lengths === undefined ? null : this.checkLengths(lengths, steps, batch);
    const last: Node[][] = [];
    for (let layer = 0; layer < this.numLayers; layer++) {
      const outputs = this.suffixes(layer).map((suffix, direction) => {
        const place = layer * this.directions + direction;
        const begin = first?.map((s) => (s.at(place) as Tensor).node) as ops.SweepInput["first"] | undefined;
        const made = this.sweep(x, suffix, begin ?? null, counts?.node ?? null, direction === 1);
        last.push(made.last as unknown as Node[]);
        return made.output;
      });
      x = wrapNode(ops.concatenate(outputs, 2));
      if (layer < this.numLayers - 1 && this.training && this.dropout > 0) x = dropped(x, this.dropout);
    }
    const states = last[0]!.map((_, k) =>
      wrapNode(
        ops.stack(
          last.map((of) => of[k]!),
          0,
        ),
      ),
    );
    const output = !single && this.batchFirst ? (x.swapaxes(0, 1) as Tensor) : x;
    const without = (t: Tensor): Tensor => (single ? (t.squeeze(1) as Tensor) : t);
    return [without(output), states.map(without) as unknown as Pair];
  }

  private sweep(
    x: Tensor,
    suffix: string,
    first: ops.SweepInput["first"],
    lengths: Node | null,
    reverse: boolean,
  ): ops.SweepOutput {
    const of = (name: string): Node => this.tensors[`${name}_${suffix}`]!.node;
    let seen = ops.matmul(x.node, ops.transpose(of("weight_ih")));
    if (this.bias) seen = ops.add(seen, of("bias_ih"));
    const bias = this.bias ? of("bias_hh") : null;
    return ops.sweep({ kind: this.kind, x: seen, weight: of("weight_hh"), bias, first, lengths, reverse });
  }

  private checkInput(x: Tensor): void {
    const { operation, inputSize } = this;
    if (!(x instanceof Tensor)) throw new DTypeError(`${operation}: the input must be a tensor`);
    const { dtype } = this.tensors.weight_ih_l0!;
    if (x.dtype !== dtype) {
      throw new DTypeError(
        `${operation}: the input must be ${dtype} as the weights are, got ${x.dtype}; convert it with astype("${dtype}")`,
      );
    }
    const wanted = this.batchFirst ? "(batch, steps, features)" : "(steps, batch, features)";
    if (x.ndim !== 2 && x.ndim !== 3) {
      throw new ShapeError(
        `${operation}: expected an input of shape ${wanted} or (steps, features), got ${formatShape(x.shape)}`,
      );
    }
    if (x.shape.at(-1) !== inputSize) {
      throw new ShapeError(
        `${operation}: expected last dimension ${inputSize}, got ${x.shape.at(-1)} in shape ${formatShape(x.shape)}`,
      );
    }
    if (x.shape[this.batchFirst && x.ndim === 3 ? 1 : 0] === 0)
      throw new ShapeError(`${operation}: the sequence in shape ${formatShape(x.shape)} has no steps`);
  }

  private checkState(given: Tensor, k: number, single: boolean, batch: number, x: Tensor): Tensor {
    const name = k === 0 ? "h" : "c";
    if (!(given instanceof Tensor) || given.dtype !== x.dtype)
      throw new DTypeError(`${this.operation}: the first state ${name} must be a tensor of ${x.dtype}`);
    const state = single && given.ndim === 2 ? (given.unsqueeze(1) as Tensor) : given;
    const wanted = [this.numLayers * this.directions, batch, this.hiddenSize];
    if (sameShape(state.shape, wanted)) return state;
    throw new ShapeError(
      `${this.operation}: the first state ${name} must have shape ${formatShape(wanted)}, got ${formatShape(given.shape)}`,
    );
  }

  private checkLengths(lengths: readonly number[] | Tensor, steps: number, batch: number): Tensor {
    const tensor = lengths instanceof Tensor ? lengths : array([...lengths], { dtype: "int32" });
    if (tensor.dtype !== "int32") throw new DTypeError(`${this.operation}: lengths must be int32`);
    if (!sameShape(tensor.shape, [batch])) {
      throw new ShapeError(
        `${this.operation}: lengths must have shape (${batch},), got ${formatShape(tensor.shape)}`,
      );
    }
    checkValues(tensor.node, (values) =>
      values.forEach((length: number) => {
        if (length >= 1 && length <= steps) return;
        throw new ValueError(`${this.operation}: a length must be from 1 to ${steps}, got ${length}`);
      }),
    );
    return tensor as Tensor;
  }
}

/** A layer of plain recurrent cells; made by {@link rnn}. */
export class RNN extends Recurrent {
  protected readonly kind: ops.CellKind;

  constructor(inputSize: number, hiddenSize: number, options: RnnOptions = {}) {
    super("rnn", inputSize, hiddenSize, 1, options);
    const { nonlinearity = "tanh" } = options;
    if (nonlinearity !== "tanh" && nonlinearity !== "relu")
      throw new ValueError(`rnn: nonlinearity must be "tanh" or "relu", got ${JSON.stringify(nonlinearity)}`);
    this.kind = nonlinearity;
  }

  /**
   * The states of the last layer after each step, and the last state of every layer.
   *
   * @param h the first state, (layers * directions, batch, hiddenSize); zeros where it is left out
   * @throws ShapeError where input, state or lengths do not fit
   * @example
   * ```ts
   * const [output, h] = nn.rnn(3, 5).forward(zeros([7, 2, 3]), ones([1, 2, 5]));
   * h.shape; // [1, 2, 5]
   * ```
   */
  forward(x: Tensor, h?: Tensor, options: SequenceOptions = {}): [output: Tensor, h: Tensor] {
    const [output, [last]] = this.run(x, h && [h], options);
    return [output, last];
  }
}

/** A layer of gated recurrent units; made by {@link gru}. */
export class GRU extends Recurrent {
  protected readonly kind = "gru";

  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super("gru", inputSize, hiddenSize, 3, options);
  }

  /**
   * The states of the last layer after each step, and the last state of every layer.
   *
   * @param h the first state, (layers * directions, batch, hiddenSize); zeros where it is left out
   * @throws ShapeError where input, state or lengths do not fit
   * @example
   * ```ts
   * const [output, h] = nn.gru(3, 5).forward(zeros([7, 2, 3]), undefined, { lengths: [7, 4] });
   * output.shape; // [7, 2, 5]
   * ```
   */
  forward(x: Tensor, h?: Tensor, options: SequenceOptions = {}): [output: Tensor, h: Tensor] {
    const [output, [last]] = this.run(x, h && [h], options);
    return [output, last];
  }
}

/** A layer of long short-term memory; made by {@link lstm}. */
export class LSTM extends Recurrent {
  protected readonly kind = "lstm";

  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super("lstm", inputSize, hiddenSize, 4, options);
  }

  /**
   * The states h of the last layer after each step, and the last h and c of every layer.
   *
   * @param state the first h and c, each (layers * directions, batch, hiddenSize); zeros where it is left out
   * @throws ShapeError where input, state or lengths do not fit
   * @example
   * ```ts
   * const [output, [h, c]] = nn.lstm(3, 5).forward(zeros([7, 2, 3]));
   * c.shape; // [1, 2, 5]
   * ```
   */
  forward(
    x: Tensor,
    state?: readonly [h: Tensor, c: Tensor],
    options: SequenceOptions = {},
  ): [output: Tensor, state: [h: Tensor, c: Tensor]] {
    if (state !== undefined && (!Array.isArray(state) || state.length !== 2))
      throw new ValueError("lstm: the first state must be a pair [h, c]");
    const [output, [h, c]] = this.run(x, state, options);
    return [output, [h, c!]];
  }
}

/**
 * A recurrent network: h' = tanh(W_ih x + b_ih + W_hh h + b_hh) over the steps of sequences (Elman 1990, Finding Structure
 * in Time). Input (steps, batch, inputSize), or (batch, steps, inputSize) with `batchFirst`, or (steps, inputSize) for one
 * sequence; `forward` gives [output, h] with output (steps, batch, directions * hiddenSize) and h (layers * directions,
 * batch, hiddenSize). Parameters `weight_ih_l0` (hiddenSize, inputSize), `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`,
 * with `_reverse` for the other direction, uniform between -1/sqrt(hiddenSize) and 1/sqrt(hiddenSize), as PyTorch's.
 *
 * @throws ValueError where a setting makes no sense
 * @example
 * ```ts
 * const [output, h] = nn.rnn(3, 5).forward(zeros([7, 2, 3]));
 * output.shape; // [7, 2, 5]
 * h.shape; // [1, 2, 5]
 * ```
 */
export const rnn = (inputSize: number, hiddenSize: number, options?: RnnOptions): RNN =>
  new RNN(inputSize, hiddenSize, options);

/**
 * Gated recurrent units: r = sigmoid(W_ir x + b_ir + W_hr h + b_hr), z likewise, n = tanh(W_in x + b_in + r (W_hn h +
 * b_hn)), h' = (1 - z) n + z h (Cho et al. 2014, Learning Phrase Representations using RNN Encoder-Decoder). Shapes as
 * {@link rnn}; the rows of the weights are those of r, z and n, in this order.
 *
 * @throws ValueError where a setting makes no sense
 * @example
 * ```ts
 * const [output] = nn.gru(3, 5, { batchFirst: true, bidirectional: true }).forward(zeros([2, 7, 3]));
 * output.shape; // [2, 7, 10]
 * ```
 */
export const gru = (inputSize: number, hiddenSize: number, options?: RecurrentOptions): GRU =>
  new GRU(inputSize, hiddenSize, options);

/**
 * Long short-term memory: i, f, o = sigmoid(W x + b + W_h h + b_h) of their own, g = tanh(...), c' = f c + i g,
 * h' = o tanh c' (Hochreiter and Schmidhuber 1997, Long Short-Term Memory). Shapes as {@link rnn}, but `forward` takes and
 * gives the state as [h, c]; the rows of the weights are those of i, f, g and o, in this order.
 *
 * @throws ValueError where a setting makes no sense
 * @example
 * ```ts
 * const [output, [h, c]] = nn.lstm(3, 5, { numLayers: 2 }).forward(zeros([7, 2, 3]), undefined, { lengths: [7, 4] });
 * output.shape; // [7, 2, 5]
 * c.shape; // [2, 2, 5]
 * ```
 */
export const lstm = (inputSize: number, hiddenSize: number, options?: RecurrentOptions): LSTM =>
  new LSTM(inputSize, hiddenSize, options);

/** Each feature left out with probability p, the others made larger by 1 / (1 - p). */
function dropped(x: Tensor, p: number): Tensor {
  if (p === 1) return x.mul(0) as Tensor;
  const keep = random.uniform(x.shape).ge(p);
  return x.mul(keep.astype(x.dtype)).div(1 - p) as Tensor;
}
