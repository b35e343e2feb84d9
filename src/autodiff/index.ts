/** Derivatives of graphs, as graphs. */
export { DerivativeRule } from "./custom-rule.js";
export { checkpointed, gradients, pushForward } from "./gradients.js";
