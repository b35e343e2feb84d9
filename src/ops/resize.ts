/** Images made larger or smaller: nearest and linear interpolation, and channels turned to places and back. */
import { buffer, cast, expand, type Node, permute, quotientOf, reshape, sub } from "../graph/index.js";
import { pixelShuffleShape, pixelUnshuffleShape } from "../shape/index.js";
import { add, mul } from "./arithmetic.js";
import { takeAxis } from "./movement.js";

/** One axis of a resize: how many there are to be, and source places for each step, or null: size / count. */
export interface AxisResize {
  readonly count: number;
  readonly scale: number | null;
}

const places = (list: readonly number[]): Node => buffer(Int32Array.from(list), [list.length], "int32");

/**
 * Each element again as often as it is wanted: the element at floor(i / scale). An axis of a picture (two sizes) that stays or
 * doubles is copied whatever the scale, as PyTorch does it.
 */
export function resizeNearest(x: Node, sizes: readonly AxisResize[]): Node {
  const front = x.shape.length - sizes.length;
  return sizes.reduce((y, { count, scale }, i) => {
    const axis = front + i;
    const n = y.shape[axis]!;
    const times = count / n;
    const isExact = scale === null || scale === times || (sizes.length === 2 && times <= 2);
    if (isExact && count % n === 0) return times === 1 ? y : repeated(y, axis, times);
    const step = Math.fround(scale === null ? n / count : 1 / scale);
    const from = Array.from({ length: count }, (_, k) => Math.min(Math.floor(Math.fround(k * step)), n - 1));
    return takeAxis(y, places(from), axis);
  }, x);
}

function repeated(x: Node, axis: number, times: number): Node {
  const [before, n, after] = [x.shape.slice(0, axis), x.shape[axis]!, x.shape.slice(axis + 1)];
  const spread = expand(reshape(x, [...before, n, 1, ...after]), [...before, n, times, ...after]);
  return reshape(spread, [...before, n * times, ...after]);
}

/**
 * Between the two nearest elements, axis by axis. The place of element i is (i + 0.5) size / count - 0.5, not before the
 * first; with aligned corners i (size - 1) / (count - 1).
 */
export function resizeLinear(x: Node, sizes: readonly AxisResize[], alignCorners: boolean): Node {
  const front = x.shape.length - sizes.length;
  return sizes.reduce(
    (y, { count, scale }, i) => {
      const axis = front + i;
      const n = y.shape[axis]!;
      if (count === n) return y;
      const step = scale === null ? n / count : 1 / scale;
      const corner = count > 1 ? (n - 1) / (count - 1) : 0;
      const at = Array.from({ length: count }, (_, k) =>
        alignCorners ? k * corner : Math.max(0, (k + 0.5) * step - 0.5),
      );
      const low = at.map((place) => Math.min(Math.floor(place), n - 1));
      const shares = Float64Array.from(at, (place, k) => Math.min(place - low[k]!, 1));
      const shape = y.shape.map((_, other) => (other === axis ? count : 1));
      const share = reshape(cast(buffer(shares, [count], "float64"), y.dtype), shape);
      const high = low.map((place) => Math.min(place + 1, n - 1));
      const [a, b] = [takeAxis(y, places(low), axis), takeAxis(y, places(high), axis)];
      return add(a, mul(sub(b, a), share));
    },
    cast(x, quotientOf(x.dtype)),
  );
}

/** (..., C r^2, H, W) to (..., C, H r, W r). */
export function pixelShuffle(x: Node, r: number): Node {
  const shape = pixelShuffleShape(x.shape, r);
  const front = x.shape.slice(0, -3);
  const [h, w] = x.shape.slice(-2) as [number, number];
  const f = front.length;
  const taken = reshape(x, [...front, shape.at(-3)!, r, r, h, w]);
  const order = [...front.keys(), f, f + 3, f + 1, f + 4, f + 2];
  return reshape(permute(taken, order), shape);
}

/** (..., C, H r, W r) to (..., C r^2, H, W). */
export function pixelUnshuffle(x: Node, r: number): Node {
  const shape = pixelUnshuffleShape(x.shape, r);
  const front = x.shape.slice(0, -3);
  const [h, w] = shape.slice(-2) as [number, number];
  const f = front.length;
  const taken = reshape(x, [...front, x.shape.at(-3)!, h, r, w, r]);
  const order = [...front.keys(), f, f + 2, f + 4, f + 1, f + 3];
  return reshape(permute(taken, order), shape);
}
