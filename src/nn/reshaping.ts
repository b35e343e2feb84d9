/** Axes made one, or taken apart. */

import { ValueError } from "../errors.js";
import {
  type Flatten as FlattenRule,
  flattenShape,
  type Shape,
  type Unflatten as UnflattenRule,
  unflattenShape,
} from "../shape/index.js";
import type { Tensor } from "../tensor/index.js";
import { Layer } from "./layer.js";
import { type Input, type PartialShape, type ShapeRule, UNKNOWN } from "./shape-rule.js";

interface FlattenLayer<Start extends number> extends ShapeRule {
  readonly output: FlattenRule<Input<this>, Start>;
  readonly expects: readonly number[];
}

/** Axes made one; made by {@link flatten}. */
export class Flatten<Start extends number> extends Layer<FlattenLayer<Start>> {
  /** What `summary` calls it. */
  readonly operation = "flatten";

  constructor(
    /** The first axis of those made one. */
    readonly start: Start,
  ) {
    super();
  }

  outputShape(input: PartialShape): PartialShape {
    if (input === null) return null;
    if (!input.slice(this.start).includes(UNKNOWN)) {
      const known = flattenShape(
        input.map((n) => (n === UNKNOWN ? 1 : n)),
        this.start,
      );
      return known.map((n, i) => (i < this.start ? input[i]! : n));
    }
    return [...input.slice(0, this.start), UNKNOWN];
  }

  protected compute(x: Tensor): Tensor {
    return x.flatten(this.start);
  }
}

/**
 * All axes from `start` (1: all but the batch) as one of the product of their sizes.
 *
 * @throws AxisError in forward, where the input has no such axis
 * @example
 * ```ts
 * nn.flatten().forward(zeros([8, 16, 13, 13])).shape; // [8, 2704]
 * ```
 */
export function flatten<const Start extends number = 1>(start?: Start): Flatten<Start> {
  return new Flatten(start ?? (1 as Start));
}

interface UnflattenLayer<Axis extends number, To extends Shape> extends ShapeRule {
  readonly output: UnflattenRule<Input<this>, Axis, To>;
  readonly expects: readonly number[];
}

/** An axis taken apart; made by {@link unflatten}. */
export class Unflatten<Axis extends number, To extends Shape> extends Layer<UnflattenLayer<Axis, To>> {
  /** What `summary` calls it. */
  readonly operation = "unflatten";

  constructor(
    /** The axis that is taken apart. */
    readonly axis: Axis,
    /** The sizes that it becomes. */
    readonly sizes: To,
  ) {
    super();
    const sound = Array.isArray(sizes) && sizes.length > 0 && sizes.filter((n) => n === -1).length <= 1;
    if (!sound || !sizes.every((n) => Number.isSafeInteger(n) && n >= -1)) {
      throw new ValueError(
        `unflatten: the sizes must be a list of whole numbers, at most one of them -1, got ${JSON.stringify(sizes)}`,
      );
    }
  }

  outputShape(input: PartialShape): PartialShape {
    return input === null ? null : unflattenShape(input, this.axis, this.sizes);
  }

  protected compute(x: Tensor): Tensor {
    return x.reshape(unflattenShape(x.shape, this.axis, this.sizes)) as Tensor;
  }
}

/**
 * One axis taken apart into several, whose sizes multiply up to it; one may be -1, what is left.
 *
 * @throws ValueError where the sizes make no sense
 * @example
 * ```ts
 * nn.unflatten(1, [16, 7, 7]).forward(zeros([8, 784])).shape; // [8, 16, 7, 7]
 * ```
 */
export function unflatten<const Axis extends number, const To extends Shape>(
  axis: Axis,
  sizes: To,
): Unflatten<Axis, To> {
  return new Unflatten(axis, sizes);
}
