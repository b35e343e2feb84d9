/** What all losses share: what becomes of the losses of a batch, and the checks of what they are given. */
import { DTypeError, ShapeError, ValueError } from "../../errors.js";
import type { FloatDType } from "../../graph/index.js";
import { formatShape, type Shape, sameShape } from "../../shape/index.js";
import { Tensor } from "../../tensor/index.js";
import { oneOf } from "../checks.js";

/** What becomes of the losses of a batch. */
export type Reduction = "mean" | "sum" | "none";

/** What becomes of a loss. */
export interface LossOptions {
  /** mean by default. */
  readonly reduction?: Reduction;
}

/** A number, or with reduction none one for each element or sample. */
export type LossValue = Tensor<Shape, FloatDType>;

/** A loss as `fit` takes it. */
export type Loss = (prediction: Tensor, target: Tensor) => LossValue;

/** The mean, the sum or the losses themselves; with weights the mean is divided by their sum. */
export function reduced(
  losses: Tensor,
  { reduction = "mean" }: LossOptions,
  weights: Tensor | null = null,
): LossValue {
  oneOf("reduction", reduction, ["mean", "sum", "none"]);
  const all = losses as LossValue;
  if (reduction === "none") return all;
  if (reduction === "sum") return all.sum() as LossValue;
  return (weights === null ? all.mean() : all.sum().div(weights.sum())) as LossValue;
}

/** Programs without types pass anything. */
export function tensors(name: string, ...given: unknown[]): void {
  for (const value of given) {
    if (!(value instanceof Tensor)) throw new DTypeError(`${name}: prediction and target must be tensors`);
  }
}

/** Throws a ShapeError unless prediction and target have one shape. */
export function sameShapes(name: string, prediction: Tensor, target: Tensor): void {
  tensors(name, prediction, target);
  if (sameShape(prediction.shape, target.shape)) return;
  throw new ShapeError(
    `${name}: the prediction has shape ${formatShape(prediction.shape)}, the target ${formatShape(target.shape)}`,
  );
}

/** Throws a ValueError unless a setting is a finite number, of at least `least` (or above 0: "positive") if that is given. */
export function setting(
  name: string,
  what: string,
  value: number,
  least: number | "positive" = -Infinity,
): void {
  if (Number.isFinite(value) && (least === "positive" ? value > 0 : value >= least)) return;
  const bound = least === "positive" ? " above 0" : least === -Infinity ? "" : ` of at least ${least}`;
  throw new ValueError(`${name}: ${what} must be a number${bound}, got ${value}`);
}
