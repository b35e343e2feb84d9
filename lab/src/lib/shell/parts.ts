/** The parts of the Lab, by the chapters that each begins with; their words are `part.<id>`. */

export interface ContentsEntry {
  readonly number: number;
  readonly slug: string;
  readonly title: string;
}

const PARTS = [
  { id: "perceptron", from: 1 },
  { id: "network", from: 7 },
  { id: "learning", from: 13 },
  { id: "deep", from: 15 },
  { id: "workshop", from: 17 },
] as const;

export interface Part<Entry> {
  readonly id: (typeof PARTS)[number]["id"];
  readonly entries: readonly Entry[];
}

/** The entries by parts; a part without any is left out. */
export const inParts = <Entry extends ContentsEntry>(contents: readonly Entry[]): Part<Entry>[] =>
  PARTS.map(({ id, from }, i) => ({
    id,
    entries: contents.filter(({ number }) => number >= from && number < (PARTS[i + 1]?.from ?? Infinity)),
  })).filter(({ entries }) => entries.length > 0);
