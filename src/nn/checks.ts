/** Checks of settings and tensors that many layers share. */
import { DTypeError, ShapeError, ValueError } from "../errors.js";
import { formatShape, type Shape, sameShape } from "../shape/index.js";
import { Tensor } from "../tensor/index.js";

/** Throws unless each is a whole number of at least 1. */
export function sizes(name: string, values: Readonly<Record<string, number>>): void {
  for (const [what, value] of Object.entries(values)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new ValueError(`${name}: ${what} must be a whole number of at least 1, got ${value}`);
    }
  }
}

/** Throws unless it is a number from 0 to 1. */
export function fraction(name: string, what: string, value: number): void {
  if (!(value >= 0 && value <= 1))
    throw new ValueError(`${name}: ${what} must be between 0 and 1, got ${value}`);
}

/** Throws a ShapeError unless a tensor has the shape that it must have. */
export function mustHaveShape(name: string, what: string, tensor: unknown, shape: Shape): void {
  if (!(tensor instanceof Tensor)) throw new DTypeError(`${name}: ${what} must be a tensor`);
  if (sameShape(tensor.shape, shape)) return;
  throw new ShapeError(
    `${name}: ${what} must have shape ${formatShape(shape)}, got ${formatShape(tensor.shape)}`,
  );
}

/** Throws a ValueError unless the word is one of those known. */
export function oneOf(name: string, value: unknown, known: readonly string[]): void {
  if (known.includes(value as string)) return;
  const words = known.map((word) => JSON.stringify(word));
  throw new ValueError(
    `${name} must be ${words.slice(0, -1).join(", ")} or ${words.at(-1)}, got ${JSON.stringify(value)}`,
  );
}
