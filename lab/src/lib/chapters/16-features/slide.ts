/** A kernel that slides over a small picture, computed by maru. */
import { array, nn, type Tensor } from "maru/light";
import { kernelOf, pictureOf, type SlideState } from "./lesson.js";

export interface Slid {
  readonly result?: readonly (readonly number[])[];
  /** Why there is none, as maru says it. */
  readonly error?: { readonly name: string; readonly message: string };
}

export function slideOf(state: SlideState): Slid {
  const { side, taps, padding, stride, dilation } = state;
  try {
    const x = array(pictureOf(state)).reshape(1, 1, side, side) as Tensor;
    const kernel = array(kernelOf(state)).reshape(1, 1, taps, taps) as Tensor;
    const y = nn.functional.conv2d(x, kernel, null, { padding, stride, dilation });
    return { result: (y.toArray() as number[][][][])[0]![0]! };
  } catch (error) {
    return { error: error as Error };
  }
}

/** Row and column in the padded picture of each cell that the kernel covers for one place of the result. */
export function coveredBy(
  { taps, stride, dilation }: SlideState,
  row: number,
  column: number,
): { row: number; column: number }[] {
  return Array.from({ length: taps * taps }, (_, i) => ({
    row: row * stride + Math.floor(i / taps) * dilation,
    column: column * stride + (i % taps) * dilation,
  }));
}
