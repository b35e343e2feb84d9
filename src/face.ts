/** What both public faces give, with whatever devices they bring. */
export * from "./errors.js";
export type { DType, FloatDType, TypedArray } from "./graph/index.js";
export * as nn from "./nn/index.js";
export * as optim from "./optim/index.js";
export { type IndexItem, type Shape, Slice, slice } from "./shape/index.js";
export { deviceStatuses } from "./targets/index.js";
export * from "./tensor/index.js";
export * from "./train/index.js";
