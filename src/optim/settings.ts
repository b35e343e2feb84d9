/** What settings may be: each check throws a ValueError that says the setting's name. */
import { ValueError } from "../errors.js";

/** Throws unless a setting is a number of at least 0. */
export function nonNegative(name: string, value: number): void {
  if (!(typeof value === "number" && value >= 0 && value < Infinity))
    throw new ValueError(`optim: ${name} must be a number of at least 0, got ${value}`);
}

/** Throws unless a setting is a number from low to high. */
export function between(name: string, value: number, low: number, high: number): void {
  if (!(typeof value === "number" && value >= low && value <= high))
    throw new ValueError(`optim: ${name} must be a number from ${low} to ${high}, got ${value}`);
}

/** Throws unless a setting is a whole number of at least `least`. */
export function wholeNumber(name: string, value: number, least = 1): void {
  if (!(Number.isSafeInteger(value) && value >= least))
    throw new ValueError(`optim: ${name} must be a whole number of at least ${least}, got ${value}`);
}

/** Throws unless both betas are in [0, 1). */
export function checkBetas(name: string, betas: readonly number[]): void {
  if (betas.length !== 2)
    throw new ValueError(`optim.${name}: betas must be two numbers, got ${betas.length}`);
  for (const beta of betas) {
    if (!(beta >= 0 && beta < 1))
      throw new ValueError(`optim.${name}: betas must be at least 0 and below 1, got ${beta}`);
  }
}

/** Throws unless a setting is one of those words. */
export function oneOf(name: string, value: string, words: readonly string[]): void {
  if (words.includes(value)) return;
  throw new ValueError(
    `optim: ${name} must be ${words.map((word) => `"${word}"`).join(" or ")}, got ${value}`,
  );
}
