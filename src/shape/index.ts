/**
 * The shape rules in one place: what the rooms above import.
 */
export type { FloorDivide } from "./arithmetic.js";
export * from "./broadcast.js";
export * from "./conv.js";
export * from "./conv-transpose.js";
export * from "./einsum.js";
export * from "./glu.js";
export * from "./index-items.js";
export * from "./index-type.js";
export * from "./join.js";
export * from "./literal.js";
export * from "./norm.js";
export * from "./pad.js";
export * from "./permute.js";
export * from "./pool.js";
export * from "./product.js";
export * from "./reduce.js";
export * from "./reshape.js";
export * from "./resize.js";
export * from "./shape.js";
export * from "./slice.js";
export * from "./window.js";
