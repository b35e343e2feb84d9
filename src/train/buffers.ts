/** A model's buffers: tensors of its state that are not learned, such as running means. */
import type { Module } from "../nn/index.js";
import type { Tensor } from "../tensor/index.js";

/** The tensors themselves, which `stateDict` gives detached. */
export function buffersOf(model: Module): Tensor[] {
  const open = model as unknown as { namedTensors(): [string, Tensor][] };
  return open.namedTensors().flatMap(([, tensor]) => (tensor.requiresGrad ? [] : [tensor]));
}
