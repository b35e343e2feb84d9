/** Optimizers. */
export { Adam, type AdamOptions, adam } from "./adam.js";
export { Optimizer, type OptimizerFactory } from "./optimizer.js";
export { SGD, type SgdOptions, sgd } from "./sgd.js";
