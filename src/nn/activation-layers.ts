/** Activations that have a parameter, draw random numbers, or change the shape. */
import { type Glu as GluShape, gluShape, normalizeAxis } from "../shape/index.js";
import { full, type Tensor } from "../tensor/index.js";
import { Layer } from "./layer.js";
import {
  checkSlopes,
  prelu as preluFunction,
  type RReluOptions,
  rrelu as rreluFunction,
} from "./piecewise-functions.js";
import { finite, settingsMust } from "./settings.js";
import { type Input, type PartialShape, type SameShape, type ShapeRule, UNKNOWN } from "./shape-rule.js";
import { glu as gluFunction } from "./smooth-functions.js";

/** What {@link prelu} takes. */
export interface PReluOptions {
  /** Slopes to learn: 1 for all, or one for each channel; 1 by default. */
  readonly numParameters?: number;
  /** What they begin with; 0.25 by default. */
  readonly init?: number;
}

/** The parametric rectified linear unit; made by {@link prelu}. */
export class PRelu extends Layer<SameShape> {
  /** The slopes below 0, shape (numParameters). */
  readonly weight: Tensor;

  constructor({ numParameters = 1, init = 0.25 }: PReluOptions = {}) {
    super();
    const sound = Number.isSafeInteger(numParameters) && numParameters >= 1;
    settingsMust("prelu", sound, `numParameters must be a whole number of at least 1, got ${numParameters}`);
    finite("prelu", { init });
    this.weight = full([numParameters], init, { requiresGrad: true }) as Tensor;
  }

  /** Shapes stay, whatever they are; whether the channels fit is seen in forward. */
  outputShape(input: PartialShape): PartialShape {
    return input;
  }

  protected compute(x: Tensor): Tensor {
    return preluFunction(x, this.weight);
  }
}

/**
 * The parametric rectified linear unit as a layer: x above 0, weight x at 0 and below, with slopes that are learned: one,
 * or with `numParameters` one for each channel of (N, C, ...). Any shape; it stays.
 *
 * @throws ValueError where numParameters is not a whole number of at least 1, or init is not finite
 * @throws ShapeError in forward, where there are neither one slope nor one a channel
 * @example
 * ```ts
 * String(nn.prelu().forward(array([-1, 0, 2]))); // [-0.25  0.    2.  ]
 * ```
 */
export const prelu = (options?: PReluOptions): PRelu => new PRelu(options);

/** The randomized leaky rectified linear unit; made by {@link rrelu}. */
export class RRelu extends Layer<SameShape> {
  /** The least slope below 0. */
  readonly lower: number;
  /** The greatest slope below 0. */
  readonly upper: number;

  constructor({ lower = 1 / 8, upper = 1 / 3 }: RReluOptions = {}) {
    super();
    checkSlopes(lower, upper);
    this.lower = lower;
    this.upper = upper;
  }

  outputShape(input: PartialShape): PartialShape {
    return input;
  }

  protected compute(x: Tensor): Tensor {
    const { lower, upper, training } = this;
    return rreluFunction(x, { lower, upper, training });
  }
}

/**
 * The randomized leaky rectified linear unit as a layer: x above 0, r x at 0 and below. While it is trained each element
 * has an r of its own, uniform between lower (1/8) and upper (1/3); afterwards r is the mean of the two. Any shape; it
 * stays.
 *
 * @throws ValueError where lower is above upper, or one is not finite
 * @example
 * ```ts
 * String(nn.rrelu().eval().forward(array([-48, 0, 2]))); // [-11.   0.   2.]
 * ```
 */
export const rrelu = (options?: RReluOptions): RRelu => new RRelu(options);

interface GluLayer<Axis extends number> extends ShapeRule {
  readonly output: GluShape<Input<this>, Axis>;
  readonly expects: readonly number[];
}

/** The gated linear unit; made by {@link glu}. */
export class Glu<Axis extends number> extends Layer<GluLayer<Axis>> {
  constructor(
    /** The axis whose second half gates the first. */
    readonly axis: Axis,
  ) {
    super();
    settingsMust("glu", Number.isSafeInteger(axis), `the axis must be a whole number, got ${axis}`);
  }

  outputShape(input: PartialShape): PartialShape {
    if (input === null) return null;
    const size = input[normalizeAxis(this.axis, input.length)];
    return size === UNKNOWN ? input : gluShape(input, this.axis);
  }

  protected compute(x: Tensor): Tensor {
    return gluFunction(x, this.axis);
  }
}

/**
 * The gated linear unit as a layer: a sigmoid(b), where a and b are the halves of the input along an axis, the last by
 * default. That axis comes out half as long.
 *
 * @throws AxisError in forward, where the input has no such axis
 * @throws ShapeError where its size is odd; the editor shows the same words
 * @example
 * ```ts
 * nn.glu().forward(zeros([5, 8])).shape; // [5, 4]
 * nn.glu().forward(zeros([5, 3])); // ShapeError: glu: axis 1 of shape (5,3) has size 3, which has no halves
 * ```
 */
export const glu = <const Axis extends number = -1>(axis?: Axis): Glu<Axis> => new Glu(axis ?? (-1 as Axis));
