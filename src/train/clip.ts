/** Gradients are brought within bounds, as the options say. */
import { clipGradNorm, clipGradValue, type Optimizer } from "../optim/index.js";
import type { Tensor } from "../tensor/index.js";
import type { FitOptions } from "./options.js";

/** Clips the gradients of an optimizer's parameters; the norm that was limited, where one was. */
export function clipGradients(optimizer: Optimizer, { clipNorm, clipValue }: FitOptions): Tensor | undefined {
  const norm = clipNorm === undefined ? undefined : clipGradNorm(optimizer, clipNorm);
  if (clipValue !== undefined) clipGradValue(optimizer, clipValue);
  return norm;
}
