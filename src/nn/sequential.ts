/** Layers one after the other, their shapes checked against each other by the compiler and when it is made. */
import type { DType } from "../graph/index.js";
import type { Ok, Shape } from "../shape/index.js";
import type { Tensor } from "../tensor/index.js";
import { Layer, mustBeLayer } from "./layer.js";
import type { Module } from "./module.js";
import type { Apply, Input, PartialShape, ShapeRule } from "./shape-rule.js";

/** A layer, as far as its effect on shapes goes. */
interface HasRule {
  readonly rule: ShapeRule;
}

type Rule<L> = L extends { readonly rule: infer R extends ShapeRule } ? R : ShapeRule;

/** The shape after a layer, or the sentence. */
type After<L, S extends Shape> = Apply<Rule<L>, S>;

/** What is known where nothing came before: what the layer expects. */
type Known<L, S extends Shape> = number extends S["length"] ? Rule<L>["expects"] : S;

/** The layers, with the sentence in place of one that does not fit what comes before it. */
type Checked<
  L extends readonly unknown[],
  S extends Shape = Shape,
  Done extends readonly unknown[] = [],
> = L extends readonly [infer First, ...infer Rest]
  ? After<First, Known<First, S>> extends infer Next
    ? Next extends string
      ? [...Done, Next, ...Rest]
      : Checked<Rest, Ok<Next>, [...Done, First]>
    : never
  : Done;

/** The shape that comes out of all layers, or the first sentence. */
type Through<L extends readonly unknown[], S extends Shape> = L extends readonly [infer First, ...infer Rest]
  ? After<First, S> extends infer Next
    ? Next extends string
      ? Next
      : Through<Rest, Ok<Next>>
    : never
  : S;

/** The dtype that the last of the layers to change it gives, if one does. */
type LastDType<L extends readonly unknown[]> = L extends readonly [...infer Rest, infer Last]
  ? Rule<Last>["dtype"] extends infer Given extends DType
    ? Given
    : LastDType<Rest>
  : undefined;

interface SequentialRule<L extends readonly unknown[]> extends ShapeRule {
  readonly output: number extends L["length"] ? Shape : Through<L, Input<this>>;
  readonly expects: L extends readonly [infer First, ...unknown[]] ? Rule<First>["expects"] : Shape;
  readonly dtype: LastDType<L>;
}

/** Layers one after the other; made by {@link sequential}. */
export class Sequential<L extends readonly unknown[]> extends Layer<SequentialRule<L>> {
  /** What `summary` calls it. */
  readonly operation = "sequential";
  /** The layers, in order. */
  readonly layers: readonly Layer[];

  constructor(layers: readonly Layer[]) {
    super();
    layers.forEach((layer, i) => {
      mustBeLayer(`sequential: layer ${i}`, layer);
    });
    this.layers = layers;
    let shape: PartialShape = null;
    for (const layer of layers) shape = layer.outputShape(shape ?? layer.expects());
  }

  override expects(): PartialShape {
    return this.layers[0]?.expects() ?? null;
  }

  outputShape(input: PartialShape): PartialShape {
    return this.layers.reduce((shape, layer) => layer.outputShape(shape), input);
  }

  protected compute(x: Tensor): Tensor {
    return this.layers.reduce((value, layer) => (layer as Layer).forward(value as never) as Tensor, x);
  }

  /** Children are named 0, 1, 2, ... as PyTorch names them. */
  protected override *within(prefix: string): Generator<[string, Tensor | Module]> {
    yield [prefix.slice(0, -1), this];
    for (const [i, layer] of this.layers.entries())
      yield* (layer as unknown as Open).within(`${prefix}${i}.`);
  }
}

/** `within` of another module, which the language keeps from a sibling class. */
interface Open {
  within(prefix: string): Generator<[string, Tensor | Module]>;
}

/**
 * Layers one after the other: the input of each is the output of the one before it. A layer that does not fit the one
 * before it is red in the editor, and a `ShapeError` when this is called. Parameters are named `0.weight`, `0.bias`,
 * `2.weight`, ... by the place of their layer.
 *
 * @throws ShapeError `linear: expected last dimension 60, got 50 in shape (?,50)` where a layer does not fit
 * @example
 * ```ts
 * const model = nn.sequential(nn.linear(784, 50), nn.relu(), nn.linear(50, 10));
 * model.forward(zeros([100, 784])).shape; // [100, 10]
 * nn.sequential(nn.linear(784, 50), nn.linear(60, 10)); // ShapeError: linear: expected last dimension 60, got 50 in shape (?,50)
 * ```
 */
export function sequential<const L extends readonly HasRule[]>(
  ...layers: Checked<L> extends L ? L : Checked<L>
): Sequential<L> {
  return new Sequential<L>(layers as unknown as readonly Layer[]);
}
