/** The room's face: elementwise primitives, casts and random numbers as pure operations. */
export { cast } from "./conversion.js";
export { binaryFunctions, unaryFunctions } from "./functions.js";
export { randomElement } from "./random.js";
