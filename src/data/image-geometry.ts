/**
 * Pictures moved, cut and turned, on the device: each pixel of the result says which pixels it comes from, so any of these
 * is one gather that fuses with what stands around it, differentiates, and runs in compiled steps. Each picture of a
 * batch may have numbers of its own.
 */
import { DTypeError, ShapeError, ValueError } from "../errors.js";
import { cast, gather, iota, isFloat, type Node, permute, reshape, stretch } from "../graph/index.js";
import * as ops from "../ops/index.js";
import { formatShape, type Shape } from "../shape/index.js";
import { Tensor, wrapNode } from "../tensor/index.js";

/** One number for all pictures, or a tensor of shape (N) with one for each. */
export type PerImage = number | Tensor;

/** What the pixels get that come from outside the picture. */
export interface FillOptions {
  /** 0 by default. */
  readonly fill?: number;
}

/** Throws unless it is a batch of pictures. */
export function checkImages(
  operation: string,
  x: Tensor,
  float = false,
): readonly [number, number, number, number] {
  if (!(x instanceof Tensor) || x.ndim !== 4) {
    const found = x instanceof Tensor ? `shape ${formatShape(x.shape)}` : String(x);
    throw new ShapeError(`${operation}: pictures have shape (N,C,H,W), got ${found}`);
  }
  if (float && !isFloat(x.dtype)) {
    throw new DTypeError(
      `${operation}: pictures must be float32 or float64 for it, got ${x.dtype}; use astype`,
    );
  }
  return x.shape as unknown as readonly [number, number, number, number];
}

/** The numbers of the pictures, in the shape (N, 1, 1). */
function perImage(operation: string, name: string, value: PerImage, count: number, whole: boolean): Node {
  if (value instanceof Tensor) {
    if (value.ndim !== 1 || value.shape[0] !== count) {
      throw new ShapeError(
        `${operation}: ${name} must be a number or have shape (${count},), one for each picture, got ${formatShape(value.shape)}`,
      );
    }
    if (whole && isFloat(value.dtype)) {
      throw new DTypeError(
        `${operation}: ${name} must be whole numbers, got ${value.dtype}; use astype("int32")`,
      );
    }
    return reshape(value.node, [count, 1, 1]);
  }
  if (!(whole ? Number.isSafeInteger(value) : Number.isFinite(value))) {
    throw new ValueError(
      `${operation}: ${name} must be a ${whole ? "whole" : "finite"} number, got ${value}`,
    );
  }
  return ops.scalar(value, whole ? "int32" : "float32");
}

const rowsOf = (height: number): Node => reshape(iota(height), [1, height, 1]);
const columnsOf = (width: number): Node => reshape(iota(width), [1, 1, width]);

/** x (N, C, H, W) at the rows and columns of shape (N, H', W'), as (N, C, H', W'); `fill` where there is no pixel. */
function pick(x: Node, rows: Node, columns: Node, size: readonly [number, number], fill: number): Node {
  const [count, , height, width] = x.shape as unknown as readonly [number, number, number, number];
  const shape = [count, ...size];
  const inside = ops.logicalAnd(within(rows, height), within(columns, width));
  const indices = [
    reshape(iota(count), [count, 1, 1]),
    ops.clip(rows, 0, height - 1),
    ops.clip(columns, 0, width - 1),
  ];
  const found = gather(
    x,
    indices.map((index) => stretch(index, shape)),
    [0, 2, 3],
  );
  const chosen = permute(found, [0, 3, 1, 2]);
  return ops.where(ops.unsqueeze(stretch(inside, shape), 1), chosen, ops.scalar(fill, x.dtype));
}

const within = (places: Node, size: number): Node => ops.logicalAnd(ops.ge(places, 0), ops.lt(places, size));

/**
 * A part of each picture: `size` rows and columns of x (N, C, H, W) from a corner, as (N, C, h, w). What lies outside the
 * picture is `fill`, so a negative corner pads.
 *
 * @throws ShapeError where x is no batch of pictures, or a corner has not one number for each
 * @throws ValueError where sizes are not whole numbers of at least 1
 * @example
 * ```ts
 * const x = arange(9).reshape(1, 1, 3, 3);
 * String(cropImages(x, [2, 2], { top: 1, left: -1 }).reshape(2, 2)); // [[0. 3.]
 *                                                                    //  [0. 6.]]
 * ```
 */
export function cropImages<
  N extends number,
  C extends number,
  const H extends number,
  const W extends number,
>(
  x: Tensor<readonly [N, C, number, number]> | Tensor<[N, C, number, number]> | Tensor,
  size: readonly [H, W],
  { top = 0, left = 0, fill = 0 }: { readonly top?: PerImage; readonly left?: PerImage } & FillOptions = {},
): Tensor<[N, C, H, W]> {
  const [count] = checkImages("cropImages", x as Tensor);
  if (!size.every((n) => Number.isSafeInteger(n) && n >= 1)) {
    throw new ValueError(`cropImages: sizes must be whole numbers of at least 1, got ${size.join(" and ")}`);
  }
  const rows = ops.add(rowsOf(size[0]), perImage("cropImages", "top", top, count, true));
  const columns = ops.add(columnsOf(size[1]), perImage("cropImages", "left", left, count, true));
  return wrapNode(pick((x as Tensor).node, rows, columns, size, fill));
}

/**
 * Each picture of x (N, C, H, W) moved by whole pixels: element (i, j) of the result is element (i - down, j - right),
 * or `fill` where there is none. The shape stays.
 *
 * @throws ShapeError where x is no batch of pictures, or a shift has not one number for each
 * @throws ValueError, DTypeError where a shift is no whole number
 * @example
 * ```ts
 * const x = arange(1, 5).reshape(1, 1, 2, 2);
 * String(shiftImages(x, { right: 1 }).reshape(2, 2)); // [[0. 1.]
 *                                                     //  [0. 3.]]
 * ```
 */
export function shiftImages<S extends Shape>(
  x: Tensor<S>,
  {
    down = 0,
    right = 0,
    fill = 0,
  }: { readonly down?: PerImage; readonly right?: PerImage } & FillOptions = {},
): Tensor<S> {
  const [count, , height, width] = checkImages("shiftImages", x as unknown as Tensor);
  const rows = ops.sub(rowsOf(height), perImage("shiftImages", "down", down, count, true));
  const columns = ops.sub(columnsOf(width), perImage("shiftImages", "right", right, count, true));
  return wrapNode(pick(x.node, rows, columns, [height, width], fill));
}

/** What `rotateImages` takes beside the angles. */
export interface RotateOptions extends FillOptions {
  /** Between four pixels ("bilinear", the default), or the nearest one. */
  readonly interpolation?: "bilinear" | "nearest";
}

/**
 * Each picture of x (N, C, H, W) turned counter-clockwise about its centre, by an angle in degrees. With dy, dx the way
 * from the centre, an element comes from the place (sin a dx + cos a dy, cos a dx - sin a dy) from the centre: from the
 * four pixels around it, each weighing (1 - |y - row|) (1 - |x - column|), or from the nearest. Pixels outside are
 * `fill`. The shape stays.
 *
 * @throws ShapeError where x is no batch of pictures, or there is not one angle for each
 * @throws DTypeError where x is not float32 or float64
 * @throws ValueError where an angle is not finite, or there is no such interpolation
 * @example
 * ```ts
 * const x = arange(1, 5).reshape(1, 1, 2, 2);
 * String(rotateImages(x, 90, { interpolation: "nearest" }).reshape(2, 2)); // [[2. 4.]
 *                                                                          //  [1. 3.]]
 * ```
 */
export function rotateImages<S extends Shape>(
  x: Tensor<S>,
  degrees: PerImage,
  { fill = 0, interpolation = "bilinear" }: RotateOptions = {},
): Tensor<S> {
  const [count, , height, width] = checkImages("rotateImages", x as unknown as Tensor, true);
  if (interpolation !== "bilinear" && interpolation !== "nearest") {
    throw new ValueError(
      `rotateImages: interpolation is "bilinear" or "nearest", got ${JSON.stringify(interpolation)}`,
    );
  }
  const angle = ops.mul(perImage("rotateImages", "degrees", degrees, count, false), Math.PI / 180);
  const [cos, sin] = [ops.cos(angle), ops.sin(angle)];
  const [middleRow, middleColumn] = [(height - 1) / 2, (width - 1) / 2];
  const dy = ops.sub(cast(rowsOf(height), "float32"), middleRow);
  const dx = ops.sub(cast(columnsOf(width), "float32"), middleColumn);
  const row = ops.add(ops.add(ops.mul(sin, dx), ops.mul(cos, dy)), middleRow);
  const column = ops.add(ops.sub(ops.mul(cos, dx), ops.mul(sin, dy)), middleColumn);
  const at = (rows: Node, columns: Node): Node =>
    pick(x.node, cast(rows, "int32"), cast(columns, "int32"), [height, width], fill);
  if (interpolation === "nearest") {
    return wrapNode(at(ops.floor(ops.add(row, 0.5)), ops.floor(ops.add(column, 0.5))));
  }
  return wrapNode(between(at, row, column));
}

/** The mean of the four pixels around a place, by how near they are. */
function between(at: (rows: Node, columns: Node) => Node, row: Node, column: Node): Node {
  const [top, left] = [ops.floor(row), ops.floor(column)];
  // Weights of shape (N, 1, H, W), for all channels.
  const [down, right] = [ops.unsqueeze(ops.sub(row, top), 1), ops.unsqueeze(ops.sub(column, left), 1)];
  const line = (rows: Node): Node => {
    const [a, b] = [at(rows, left), at(rows, ops.add(left, 1))];
    return ops.add(a, ops.mul(ops.sub(b, a), right));
  };
  const [above, below] = [line(top), line(ops.add(top, 1))];
  return ops.add(above, ops.mul(ops.sub(below, above), down));
}
