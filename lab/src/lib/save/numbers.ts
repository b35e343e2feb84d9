/** A network's numbers by name: lists, as deep as they have axes, or all in a row with their shape. */
export type Weights = Readonly<Record<string, readonly Numbers[] | Shaped>>;
export type Numbers = number | readonly Numbers[];
export interface Shaped {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}
