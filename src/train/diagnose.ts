/**
 * Where a loss that is no number comes from: the batch is computed once more, with the same weights and the same random
 * numbers, and every layer's output is looked at.
 */
import type { Module } from "../nn/index.js";
import type { Optimizer } from "../optim/index.js";
import { noGrad, Tensor } from "../tensor/index.js";
import { augmented } from "./augment.js";
import { buffersOf } from "./buffers.js";
import { type Model, predict } from "./model.js";
import type { FitOptions } from "./options.js";

/** The step that went wrong. */
export interface BadStep {
  readonly model: Model;
  readonly optimizer: Optimizer;
  readonly options: FitOptions;
  readonly inputs: Tensor;
  readonly targets: Tensor;
}

const isFloat = ({ dtype }: Tensor): boolean => dtype === "float32" || dtype === "float64";

const isBroken = (tensor: Tensor): boolean =>
  isFloat(tensor) && !(tensor.dataSync() as Float32Array).every(Number.isFinite);

/** What is wrong in words; `value` is the loss, or NaN where the gradients' norm is no number. */
export function findCause(given: BadStep, value: number): string {
  const { model, options, targets } = given;
  const says = `the loss is ${value}; `;
  if (isBroken(given.inputs)) return `${says}the inputs of this batch hold NaN or infinity: clean the data`;
  if (isBroken(targets)) return `${says}the targets of this batch hold NaN or infinity: clean the data`;
  // Drawn first, as in the step.
  const inputs = augmented(options.augment, given.inputs);
  if (isBroken(inputs))
    return `${says}augment makes NaN or infinity of this batch's inputs, which were finite`;
  const step = { ...given, inputs };
  const weight = brokenWeight(model);
  if (weight !== undefined) {
    return `${says}${tooLarge(step)}; the weights were overrun by an update before this step, ${weight} holds NaN or infinity`;
  }
  const buffers = buffersOf(model).map((buffer) => [buffer, buffer.detach()] as const);
  try {
    return withOutputs(step, says);
  } finally {
    for (const [buffer, before] of buffers) buffer.assign(before);
  }
}

function withOutputs(step: BadStep, says: string): string {
  const { model, options, inputs, targets, optimizer } = step;
  const { layer, prediction } = noGrad(() => firstBroken(model, inputs));
  if (layer !== undefined) {
    return `${says}${tooLarge(step)}; the first output with NaN or infinity is that of ${layer}`;
  }
  optimizer.zeroGrad();
  const loss = options.loss(predict(model, inputs), targets);
  if (prediction === undefined || isBroken(loss)) {
    return `${says}the model's outputs are finite, so it is the loss function that makes it of them: look for a logarithm of 0, a division by 0 or an overflow in it`;
  }
  loss.backward();
  const names = model.namedParameters().filter(([, { grad }]) => grad !== null && isBroken(grad));
  optimizer.zeroGrad();
  const [name] = names.at(-1) ?? ["a parameter"];
  return `the loss is ${loss.item()}, but the gradient of ${name} holds NaN or infinity; look for a root or a logarithm at 0 in the layers after it`;
}

const tooLarge = ({ optimizer }: BadStep): string =>
  `the steps are probably too large: try a learning rate well below ${optimizer.lr}`;

/** The name of a weight or buffer that holds NaN or infinity. */
function brokenWeight(model: Module): string | undefined {
  return Object.entries(model.stateDict()).find(([, tensor]) => isBroken(tensor))?.[0];
}

/** Tensors in what a layer gives: itself, or those in lists and records. */
function tensorsIn(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(tensorsIn);
}

interface Found {
  /** The layer whose output is the first to hold NaN or infinity, in words. */
  layer?: string;
  prediction?: Tensor;
}

/** Computes the model's output while every module in it is watched; inner modules end before those around them. */
function firstBroken(model: Model, inputs: Tensor): Found {
  const found: Found = {};
  const takeBack = model.namedModules().map(([name, module]) =>
    watch(module, (output) => {
      if (found.layer !== undefined || !tensorsIn(output).some(isBroken)) return;
      const kind = module.constructor.name;
      found.layer = name === "" ? `the model itself (${kind})` : `layer ${name} (${kind})`;
    }),
  );
  try {
    found.prediction = predict(model, inputs);
    return found;
  } finally {
    for (const undo of takeBack.reverse()) undo();
  }
}

/** Tells of every output of a module; gives what ends that. */
function watch(module: Module, see: (output: unknown) => void): () => void {
  const open = module as unknown as { forward?: (...args: unknown[]) => unknown };
  const own = Object.getOwnPropertyDescriptor(open, "forward");
  const { forward } = open;
  if (typeof forward !== "function") return () => undefined;
  Object.defineProperty(open, "forward", {
    configurable: true,
    value: (...args: unknown[]) => {
      const output = forward.apply(module, args);
      see(output);
      return output;
    },
  });
  return () => {
    if (own === undefined) delete open.forward;
    else Object.defineProperty(open, "forward", own);
  };
}
