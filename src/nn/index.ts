/** Networks: layers, activations, losses. */
export * from "./activations.js";
export * as functional from "./functional.js";
export { Layer } from "./layer.js";
export * from "./layers.js";
export * from "./losses.js";
export { Module } from "./module.js";
export { Sequential, sequential } from "./sequential.js";
export type { ShapeRule } from "./shape-rule.js";
