/**
 * A history that never grows beyond its bound: when it is full every second entry goes, and from then on entries are
 * taken half as often. What is left lies evenly between the first step and the last.
 */
export interface Entry<T> {
  readonly step: number;
  readonly value: T;
}

export class Thinned<T> {
  #entries: Entry<T>[] = [];
  #gap = 1;

  /** `most` is even and at least 2. */
  constructor(readonly most: number) {}

  get entries(): readonly Entry<T>[] {
    return this.#entries;
  }

  /** Steps between two entries, at least. */
  get gap(): number {
    return this.#gap;
  }

  /** Would an entry at this step be taken? */
  wants(step: number): boolean {
    const last = this.#entries.at(-1);
    return last === undefined || step - last.step >= this.#gap;
  }

  /** Takes it where it is wanted. */
  add(step: number, value: T): boolean {
    if (!this.wants(step)) return false;
    this.#entries.push({ step, value });
    if (this.#entries.length > this.most) {
      this.#entries = this.#entries.filter((_, i) => i % 2 === 0);
      // Entries may have come further apart than was asked for; later ones shall not lie denser than those.
      const span = this.#entries.at(-1)!.step - this.#entries[0]!.step;
      this.#gap = Math.max(2 * this.#gap, Math.floor(span / (this.#entries.length - 1)));
    }
    return true;
  }

  /** The last entry at or before a step; the first where there is none. */
  at(step: number): Entry<T> | undefined {
    let [low, high] = [0, this.#entries.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#entries[middle]!.step <= step) low = middle;
      else high = middle - 1;
    }
    return this.#entries[low];
  }

  clear(): void {
    this.#entries = [];
    this.#gap = 1;
  }
}
