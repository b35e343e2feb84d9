/**
 * Arrays as text, to the character as NumPy 2.4 prints them, so that a reader can hold a page of a book or a
 * lecture beside the terminal. This file puts the parts together: options, element formats and layout.
 */

import { ShapeError } from "../../errors.js";
import type { DType } from "../../graph/dtype.js";
import { elementFormatter, formatScalar } from "./elements.js";
import { layOut, visibleOffsets } from "./layout.js";
import { type PrintOptions, resolvePrintOptions } from "./options.js";

export { formatScalar } from "./elements.js";
export { type FloatMode, getPrintOptions, type PrintOptions, setPrintOptions } from "./options.js";

/**
 * The text that Python's `str(a)` gives for the NumPy array of the same values.
 *
 * @param data the elements in row-major order; for bool, 0 is False and all else True.
 * @param shape the length of each axis; an empty list is a 0-d array, which prints as a number.
 * @param options override the current options for this call.
 * @throws {ShapeError} when `data` does not have as many elements as `shape` asks for.
 * @throws {ValueError} when an option makes no sense.
 * @example
 * ```ts
 * formatArray([22, 28, 49, 64], [2, 2], "int32"); // "[[22 28]\n [49 64]]"
 * formatArray([0, 0.5], [2], "float32"); // "[0.  0.5]"
 * ```
 */
export function formatArray(
  data: ArrayLike<number>,
  shape: readonly number[],
  dtype: DType,
  options?: Partial<PrintOptions>,
): string {
  const resolved = resolvePrintOptions(options);
  requireSize(data, shape);
  if (shape.length === 0) return formatScalar(data[0] as number, dtype);
  return bodyText(data, shape, dtype, resolved, "");
}

/**
 * The text that Python's `repr(a)` gives for the NumPy array of the same values: `array(...)` with the dtype
 * where NumPy would not guess it (float64 and bool are guessed) and the shape where the text does not show it.
 *
 * @param data the elements in row-major order; for bool, 0 is False and all else True.
 * @param shape the length of each axis; an empty list is a 0-d array.
 * @param options override the current options for this call.
 * @throws {ShapeError} when `data` does not have as many elements as `shape` asks for.
 * @throws {ValueError} when an option makes no sense.
 * @example
 * ```ts
 * reprArray([1, 2], [2], "float32"); // "array([1., 2.], dtype=float32)"
 * ```
 */
export function reprArray(
  data: ArrayLike<number>,
  shape: readonly number[],
  dtype: DType,
  options?: Partial<PrintOptions>,
): string {
  const resolved = resolvePrintOptions(options);
  const size = requireSize(data, shape);
  const prefix = "array(";
  const text = prefix + bodyText(data, shape, dtype, resolved, prefix);
  const extras = reprExtras(shape, size, dtype, resolved);
  if (extras === "") return `${text})`;
  const lastLine = text.length + 1 - (text.lastIndexOf("\n") + 1);
  const fits = lastLine + extras.length + ") ".length <= resolved.linewidth;
  return `${text},${fits ? " " : `\n${" ".repeat(prefix.length)}`}${extras})`;
}

/** With a prefix, the elements are separated by commas and the closing parenthesis needs a column. */
function bodyText(
  data: ArrayLike<number>,
  shape: readonly number[],
  dtype: DType,
  options: PrintOptions,
  prefix: string,
): string {
  if (data.length === 0) return "[]";
  const summarised = data.length > options.threshold;
  const visible = summarised
    ? visibleOffsets(shape, options.edgeitems).map((offset) => data[offset] as number)
    : data;
  const format = elementFormatter(visible, dtype, options, shape.length > 0);
  return layOut(
    {
      shape,
      width: options.linewidth - (prefix === "" ? 0 : 1),
      indent: prefix.length,
      separator: prefix === "" ? " " : ", ",
      edgeitems: summarised ? options.edgeitems : undefined,
    },
    (offset) => format(data[offset] as number),
  );
}

function reprExtras(shape: readonly number[], size: number, dtype: DType, options: PrintOptions): string {
  const extras: string[] = [];
  const isPlainEmpty = size === 0 && shape.length === 1;
  if ((size === 0 && !isPlainEmpty) || size > options.threshold) {
    extras.push(`shape=(${shape.join(", ")}${shape.length === 1 ? "," : ""})`);
  }
  const dtypeIsGuessed = dtype === "float64" || dtype === "bool";
  if (!dtypeIsGuessed || size === 0) extras.push(`dtype=${dtype}`);
  return extras.join(", ");
}

function requireSize(data: ArrayLike<number>, shape: readonly number[]): number {
  const size = shape.reduce((product, length) => product * length, 1);
  if (data.length !== size) {
    throw new ShapeError(
      `print: shape (${shape.join(", ")}) needs ${size} elements, but the data has ${data.length}`,
    );
  }
  return size;
}
