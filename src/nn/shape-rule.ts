/**
 * What a layer does to a shape, as a type: a function from the shape of the input to the shape of the output, or to
 * the sentence that says why they do not fit. With it the editor follows a shape through a whole `sequential`.
 */
import type { DType, FloatDType } from "../graph/index.js";
import type { Shape } from "../shape/index.js";

/**
 * A function on shapes; an interface that extends it states `output` in terms of `Input<this>`. The input is declared
 * `unknown`, since a bound here would stay in the shape that is put in its place (`Shape & [2, 3]` is no tuple to take
 * apart).
 */
export interface ShapeRule {
  readonly input: unknown;
  readonly output: unknown;
  /** The most that is known of an input before there is one, such as `[number, 784]`. */
  readonly expects: Shape;
  /** The dtype of the output where it is not that of the input. */
  readonly dtype?: DType | undefined;
}

/**
 * The dtype that comes out for one that goes in. Layers that change it take whole numbers, so that for floats the compiler
 * need not look through a network for one.
 */
export type OutputDType<R extends ShapeRule, D extends DType> = [D] extends [FloatDType]
  ? D
  : [R["dtype"]] extends [infer Given extends DType]
    ? Given
    : D;

/** The shape that a rule is applied to. */
export type Input<R extends ShapeRule> = R["input"] extends infer S extends Shape ? S : Shape;

/** The rule applied to a shape. */
export type Apply<R extends ShapeRule, S extends Shape> = (R & { readonly input: S })["output"];

/** Shapes stay as they are. */
export interface SameShape extends ShapeRule {
  readonly output: Input<this>;
  readonly expects: Shape;
}

/** At run time an unknown size is -1, and a shape of unknown rank null. */
export type PartialShape = readonly number[] | null;

export const UNKNOWN = -1;
