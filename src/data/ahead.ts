/** Promises that are made ahead of time, so that what they stand for is prepared while the last one is worked with. */

/** Keeps `depth` promises more than were asked for in flight. */
export class Ahead<T> {
  readonly #flying: Promise<T>[] = [];

  /** `make` makes the next promise, or says that there is none. */
  constructor(
    readonly depth: number,
    readonly make: () => Promise<T> | undefined,
  ) {}

  /** The next promise; undefined after the last. */
  next(): Promise<T> | undefined {
    this.#fill(1);
    const first = this.#flying.shift();
    this.#fill(this.depth);
    return first;
  }

  #fill(count: number): void {
    while (this.#flying.length < count) {
      const promise = this.make();
      if (promise === undefined) return;
      // Should the loop end before it is asked for, its failure is nobody's; else it is met where it is awaited.
      promise.catch(() => undefined);
      this.#flying.push(promise);
    }
  }
}
