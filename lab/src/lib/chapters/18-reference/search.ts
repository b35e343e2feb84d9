/** Finds functions by their names, by what they compute, and by the words of the reader's language. */

export interface Entry {
  readonly name: string;
  readonly room: string;
  readonly kind: "function" | "class" | "value";
  readonly signature: string;
  readonly text: string;
  readonly example: string;
}

/** `words = names; words = names`: other words for some of the names. */
export function synonymsOf(text: string): (readonly [words: string, names: readonly string[]])[] {
  return text.split(";").flatMap((piece) => {
    const [words, names] = piece.split("=").map((part) => part.trim());
    return words && names ? [[words.toLowerCase(), names.split(/\s+/)] as const] : [];
  });
}

/** The best first: the name itself, names that begin so, names that hold it, other words, and last what is said of it. */
export function find(
  entries: readonly Entry[],
  query: string,
  synonyms: ReturnType<typeof synonymsOf>,
): Entry[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === "") return [...entries];
  const meant = new Set(
    synonyms.flatMap(([words, names]) =>
      words.split(",").some((word) => word.trim().includes(wanted)) ? names : [],
    ),
  );
  const rank = ({ name, text }: Entry): number => {
    const short = name.toLowerCase();
    const last = short.slice(short.lastIndexOf(".") + 1);
    if (short === wanted || last === wanted) return 0;
    if (meant.has(name)) return 1;
    if (last.startsWith(wanted) || short.startsWith(wanted)) return 2;
    if (short.includes(wanted)) return 3;
    return text.toLowerCase().includes(wanted) ? 4 : 5;
  };
  return entries
    .map((entry) => [rank(entry), entry] as const)
    .filter(([at]) => at < 5)
    .sort((a, b) => a[0] - b[0])
    .map(([, entry]) => entry);
}
