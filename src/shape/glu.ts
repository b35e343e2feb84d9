/** The shape of a gated linear unit: one half of an axis gates the other. */
import { ShapeError } from "../errors.js";
import type { FloorDivide, Remainder } from "./arithmetic.js";
import {
  type FormatShape,
  formatShape,
  type IsRanked,
  type NormalizeAxis,
  normalizeAxis,
  type SetDim,
  type Shape,
} from "./shape.js";

type Halved<S extends Shape, Axis> = Axis extends string
  ? Axis
  : Axis extends number
    ? number extends Axis
      ? SetDim<S, Axis, number>
      : Remainder<S[Axis], 2> extends 1
        ? `glu: axis ${Axis} of shape ${FormatShape<S>} has size ${S[Axis]}, which has no halves`
        : SetDim<S, Axis, FloorDivide<S[Axis], 2>>
    : never;

/** The shape with an axis halved. */
export type Glu<S extends Shape, Axis extends number = -1> =
  IsRanked<S> extends false ? Shape : Halved<S, NormalizeAxis<Axis, S["length"]>>;

/**
 * The shape with an axis halved.
 *
 * @throws AxisError where the array has no such axis
 * @throws ShapeError `glu: axis 1 of shape (2,3) has size 3, which has no halves`
 */
export function gluShape(shape: Shape, axis = -1): number[] {
  const at = normalizeAxis(axis, shape.length);
  const size = shape[at]!;
  if (size % 2 !== 0) {
    throw new ShapeError(
      `glu: axis ${at} of shape ${formatShape(shape)} has size ${size}, which has no halves`,
    );
  }
  return shape.with(at, size / 2);
}
