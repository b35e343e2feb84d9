/** The second panel's neuron: two inputs and a bias, one output. */
import { type LayerPass, passOf } from "../../figures/forward.js";
import type { LayersLesson } from "./lesson.js";

export const neuronOf = ({ x, w, b, h }: Pick<LayersLesson, "x" | "w" | "b" | "h">): LayerPass =>
  passOf([{ weights: w.map((weight) => [weight]), biases: [b], activation: h }], x)[0]!;
