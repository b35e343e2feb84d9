/** A layer whose input is added to its output. */
import { type Check, type Residual as ResidualRule, residualShape } from "../shape/index.js";
import type { Tensor } from "../tensor/index.js";
import { Layer, mustBeLayer } from "./layer.js";
import type { Apply, Input, PartialShape, ShapeRule } from "./shape-rule.js";

interface ResidualLayer<R extends ShapeRule> extends ShapeRule {
  readonly output: ResidualRule<Input<this>, Apply<R, Input<this>>>;
  readonly expects: R["expects"];
}

/** x + layer(x); made by {@link residual}. */
export class Residual<R extends ShapeRule> extends Layer<ResidualLayer<R>> {
  /** What `summary` calls it. */
  readonly operation = "residual";

  constructor(
    /** The layer around which the input goes. */
    readonly layer: Layer<R>,
  ) {
    super();
    mustBeLayer("residual: what it goes around", layer);
    this.outputShape(this.expects());
  }

  override expects(): PartialShape {
    return this.layer.expects();
  }

  outputShape(input: PartialShape): PartialShape {
    const result = this.layer.outputShape(input);
    return input === null || result === null ? null : residualShape(input, result);
  }

  protected compute(x: Tensor): Tensor {
    return x.add((this.layer as Layer).forward(x as never) as Tensor) as Tensor;
  }
}

/** A layer, as far as its effect on shapes goes. */
interface HasRule {
  readonly rule: ShapeRule;
}

type Expected<L extends HasRule> = L["rule"]["expects"];

/**
 * x + layer(x): the layer learns what is to be changed. Its output must have the shape of its input (He, Zhang, Ren and
 * Sun 2015, Deep Residual Learning for Image Recognition). Parameters are named `layer.` and the layer's own name.
 *
 * @throws ShapeError where the layer changes the shape
 * @example
 * ```ts
 * nn.residual(nn.sequential(nn.linear(16, 64), nn.relu(), nn.linear(64, 16))).forward(zeros([8, 16])).shape; // [8, 16]
 * nn.residual(nn.linear(4, 5)).forward(zeros([8, 4])); // ShapeError: residual: the layer turns shape (?,4) into (?,5), which cannot be added to it
 * ```
 */
export function residual<const L extends HasRule>(
  layer: Check<ResidualRule<Expected<L>, Apply<L["rule"], Expected<L>>>, L>,
): Residual<L["rule"]> {
  return new Residual(layer as unknown as Layer<L["rule"]>);
}
