/** Linear and bilinear layers, with PyTorch's parameter names, layouts and initial values. */
import { type Linear as LinearRule, linearShape } from "../shape/index.js";
import type { Tensor } from "../tensor/index.js";
import { sizes } from "./checks.js";
import * as functional from "./functional/linear.js";
import { uniformFanIn } from "./init.js";
import { Layer } from "./layer.js";
import { Module } from "./module.js";
import { type Input, type PartialShape, type ShapeRule, UNKNOWN } from "./shape-rule.js";

interface LinearLayer<In extends number, Out extends number> extends ShapeRule {
  readonly output: LinearRule<Input<this>, In, Out>;
  readonly expects: [number, In];
}

/** Whether a layer adds a bias. */
export interface BiasOption {
  /** Add a bias? true by default. */
  readonly bias?: boolean;
}

/** y = x W^T + b; made by {@link linear}. */
export class Linear<In extends number, Out extends number> extends Layer<LinearLayer<In, Out>> {
  /** What `summary` calls it. */
  readonly operation = "linear";
  /** Shape (out, in). */
  readonly weight: Tensor;
  /** Shape (out). */
  readonly bias: Tensor | null;

  constructor(
    /** The size of the last axis of the input. */
    readonly inFeatures: In,
    /** The size of the last axis of the output. */
    readonly outFeatures: Out,
    { bias = true }: BiasOption = {},
  ) {
    super();
    sizes("linear", { inFeatures, outFeatures });
    this.weight = uniformFanIn([outFeatures, inFeatures], inFeatures);
    this.bias = bias ? uniformFanIn([outFeatures], inFeatures) : null;
  }

  override expects(): PartialShape {
    return [UNKNOWN, this.inFeatures];
  }

  outputShape(input: PartialShape): PartialShape {
    if (input === null) return null;
    const known = input.at(-1) === UNKNOWN ? [...input.slice(0, -1), this.inFeatures] : input;
    return linearShape(known, this.inFeatures, this.outFeatures);
  }

  protected compute(x: Tensor): Tensor {
    return functional.linear(x, this.weight, this.bias);
  }
}

/**
 * A linear (fully connected, affine) layer, y = x W^T + b: input (..., inFeatures), output (..., outFeatures), weight
 * (out, in), bias (out). Both begin uniform between -1/sqrt(in) and 1/sqrt(in), as PyTorch's.
 *
 * @throws ValueError where a size is not a whole number of at least 1
 * @example
 * ```ts
 * nn.linear(784, 10).forward(zeros([100, 784])).shape; // [100, 10]
 * ```
 */
export function linear<const In extends number, const Out extends number>(
  inFeatures: In,
  outFeatures: Out,
  options?: BiasOption,
): Linear<In, Out> {
  return new Linear(inFeatures, outFeatures, options);
}

/** y[o] = a W[o] b^T + bias[o]; made by {@link bilinear}. */
export class Bilinear extends Module {
  /** What `summary` calls it. */
  readonly operation = "bilinear";
  /** Shape (out, in1, in2). */
  readonly weight: Tensor;
  /** Shape (out). */
  readonly bias: Tensor | null;

  constructor(
    /** The size of the last axis of the first input. */
    readonly in1Features: number,
    /** The size of the last axis of the second input. */
    readonly in2Features: number,
    /** The size of the last axis of the output. */
    readonly outFeatures: number,
    { bias = true }: BiasOption = {},
  ) {
    super();
    sizes("bilinear", { in1Features, in2Features, outFeatures });
    this.weight = uniformFanIn([outFeatures, in1Features, in2Features], in1Features);
    this.bias = bias ? uniformFanIn([outFeatures], in1Features) : null;
  }

  /**
   * The output (..., out) for inputs (..., in1) and (..., in2).
   *
   * @throws ShapeError where the inputs do not fit
   * @example
   * ```ts
   * nn.bilinear(3, 4, 5).forward(ones([2, 3]), ones([2, 4])).shape; // [2, 5]
   * ```
   */
  forward(a: Tensor, b: Tensor): Tensor {
    return functional.bilinear(a, b, this.weight, this.bias);
  }
}

/**
 * A bilinear layer of two inputs, y[o] = a W[o] b^T + bias[o]: inputs (..., in1) and (..., in2), output (..., out),
 * weight (out, in1, in2), bias (out). Both begin uniform between -1/sqrt(in1) and 1/sqrt(in1), as PyTorch's.
 *
 * @throws ValueError where a size is not a whole number of at least 1
 * @example
 * ```ts
 * nn.bilinear(3, 4, 5).parameters().map(({ shape }) => shape); // [[5, 3, 4], [5]]
 * ```
 */
export function bilinear(
  in1Features: number,
  in2Features: number,
  outFeatures: number,
  options?: BiasOption,
): Bilinear {
  return new Bilinear(in1Features, in2Features, outFeatures, options);
}
