/** Checks of settings that many layers share. */
import { ValueError } from "../errors.js";

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
