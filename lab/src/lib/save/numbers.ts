/** A network's numbers by name: lists, as deep as they have axes. */
export type Weights = Readonly<Record<string, readonly Numbers[]>>;
export type Numbers = number | readonly Numbers[];
