/** Reading and writing at indices. */
import { IndexError } from "../../errors.js";
import type { Node, TypedArray } from "../../graph/index.js";
import { allocate } from "../../graph/index.js";
import { sizeOf } from "../../shape/index.js";
import { readStrided, stridesOf, writeStrided } from "./strided.js";

interface Places {
  /** Where in x each index tuple points, in elements. */
  readonly offsets: Int32Array | Float64Array;
  /** Shape and strides of what lies there: the axes that are not indexed. */
  readonly shape: number[];
  readonly strides: number[];
}

function locate(shape: readonly number[], axes: readonly number[], indices: readonly TypedArray[]): Places {
  const strides = stridesOf(shape);
  const offsets = new Float64Array(indices[0]!.length);
  axes.forEach((axis, n) => {
    const size = shape[axis]!;
    const step = strides[axis]!;
    const index = indices[n]!;
    for (let i = 0; i < offsets.length; i++) {
      const at = index[i]! < 0 ? index[i]! + size : index[i]!;
      if (at < 0 || at >= size) {
        throw new IndexError(`index ${index[i]} is out of bounds for axis ${axis} with size ${size}`);
      }
      offsets[i]! += at * step;
    }
  });
  const rest = [...shape.keys()].filter((axis) => !axes.includes(axis));
  return { offsets, shape: rest.map((axis) => shape[axis]!), strides: rest.map((axis) => strides[axis]!) };
}

export function gatherKernel(
  node: Node<"gather">,
  x: TypedArray,
  indices: readonly TypedArray[],
): TypedArray {
  const places = locate(node.sources[0]!.shape, node.attrs.axes, indices);
  const out = allocate(node.dtype, sizeOf(node.shape));
  const block = sizeOf(places.shape);
  places.offsets.forEach((offset: number, i: number) => {
    if (block === 1) out[i] = x[offset]!;
    else readStrided(x, out.subarray(i * block, (i + 1) * block), places.shape, places.strides, offset);
  });
  return out;
}

export function scatterKernel(
  node: Node<"scatter">,
  base: TypedArray,
  updates: TypedArray,
  indices: readonly TypedArray[],
): TypedArray {
  const places = locate(node.shape, node.attrs.axes, indices);
  const out = base.slice();
  const block = sizeOf(places.shape);
  const add = node.attrs.mode === "add";
  places.offsets.forEach((offset: number, i: number) => {
    const part = updates.subarray(i * block, (i + 1) * block);
    writeStrided(part, out, places.shape, places.strides, offset, add);
  });
  return out;
}
