/** Choices that are the same for the same seed. */
import { steadyRandom } from "../../primitives/samples.js";

export class Dice {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = steadyRandom(seed * 7919);
    // Neighbouring seeds begin alike.
    for (let i = 0; i < 8; i++) this.#next();
  }

  real(low: number, high: number): number {
    return low + (high - low) * this.#next();
  }

  /** A whole number from low to high, both included. */
  whole(low: number, high: number): number {
    return Math.min(high, low + Math.floor(this.#next() * (high - low + 1)));
  }

  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.whole(0, list.length - 1)]!;
  }

  /** One of the names, in proportion to their weights. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const names = Object.keys(weights) as K[];
    let left = this.real(
      0,
      names.reduce((sum, name) => sum + weights[name], 0),
    );
    for (const name of names) {
      left -= weights[name];
      if (left < 0) return name;
    }
    return names.at(-1)!;
  }

  /** Some of 0 ... count - 1, in order. */
  some(count: number, probability = 0.5): number[] {
    return [...Array(count).keys()].filter(() => this.chance(probability));
  }

  shuffled(count: number): number[] {
    const list = [...Array(count).keys()];
    for (let i = count - 1; i > 0; i--) {
      const j = this.whole(0, i);
      [list[i], list[j]] = [list[j]!, list[i]!];
    }
    return list;
  }
}
