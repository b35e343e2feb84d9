/** The room's face: elementwise primitives, casts and random numbers as pure operations. */
export { cast } from "./conversion.js";
export { type BinaryFunction, binaryFunctions, type UnaryFunction, unaryFunctions } from "./functions.js";
export { randomElement, threefry } from "./random.js";
