/** The inputs of a network as tensors, on the page and in the worker alike. */
import { array, stack, type Tensor } from "maru/light";
import { EDGE, type Feature, SIDE } from "./settings.js";

/** The columns that a network is given of points (n, 2). */
export function featuresOf(x: Tensor, names: readonly Feature[]): Tensor {
  const x1 = x.at("...", 0) as Tensor;
  const x2 = x.at("...", 1) as Tensor;
  const column: Record<Feature, () => Tensor> = {
    x1: () => x1,
    x2: () => x2,
    x1x1: () => x1.square() as Tensor,
    x2x2: () => x2.square() as Tensor,
    x1x2: () => x1.mul(x2) as Tensor,
    sin1: () => x1.mul(Math.PI).sin() as Tensor,
    sin2: () => x2.mul(Math.PI).sin() as Tensor,
  };
  return stack(
    names.map((name) => column[name]()),
    1,
  ) as Tensor;
}

/** The middles of SIDE by SIDE squares of the plane, row by row from the upper left. */
export function gridOf(): Tensor {
  const points = new Float32Array(SIDE * SIDE * 2);
  for (let i = 0; i < SIDE * SIDE; i++) {
    points[2 * i] = ((((i % SIDE) + 0.5) / SIDE) * 2 - 1) * EDGE;
    points[2 * i + 1] = (1 - ((Math.floor(i / SIDE) + 0.5) / SIDE) * 2) * EDGE;
  }
  return array(points).reshape(SIDE * SIDE, 2) as Tensor;
}
