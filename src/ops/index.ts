/** Everything that is composed of primitives: from nodes to nodes, with NumPy's rules for shapes and dtypes. */
export * from "./arithmetic.js";
export * from "./attention.js";
export * from "./comparison.js";
export * from "./convolution.js";
export * from "./einsum.js";
export * from "./functions.js";
export * from "./indexing.js";
export * from "./movement.js";
export * from "./operand.js";
export * from "./padding.js";
export * from "./pooling.js";
export * from "./products.js";
export * from "./recurrent.js";
export * from "./reductions.js";
export * from "./resize.js";
export * from "./selection.js";
export * from "./sorting.js";
