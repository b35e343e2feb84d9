/** A sentence in the reader's language for what TypeScript or NumPy says in English. */
import type { Translate } from "../text/words.js";
import type { Problem } from "./messages.js";

const SHAPES: readonly (readonly [RegExp, string, readonly string[]])[] = [
  [
    /shapes (\([^)]*\)) and (\([^)]*\)) not aligned: (\d+) \(dim (\d+)\) != (\d+) \(dim (\d+)\)/,
    "problem.dot",
    ["left", "right", "a", "i", "b", "j"],
  ],
  [
    /could not be broadcast together with shapes (\([^)]*\)) (\([^)]*\))/,
    "problem.broadcast",
    ["left", "right"],
  ],
  [/cannot reshape array of size (\d+) into shape (\([^)]*\))/, "problem.reshape", ["size", "shape"]],
  [/axis (-?\d+) is out of bounds for array of dimension (\d+)/, "problem.axis", ["axis", "rank"]],
];

/** For NumPy's words alone, as a program that ran has them too; empty where there is nothing to add. */
export function shapeSentence(words: string, t: Translate): string {
  for (const [pattern, key, names] of SHAPES) {
    const found = pattern.exec(words);
    if (found !== null)
      return t(key, Object.fromEntries(names.map((name, i) => [name, found[i + 1]!] as const)));
  }
  return "";
}

export function sentenceOf({ code, message, shapes }: Problem, t: Translate): string {
  if (shapes !== undefined) return shapeSentence(shapes, t) || t("problem.shapes");
  const [, name = ""] = /'([^']*)'/.exec(message) ?? [];
  if (code === 2304 || code === 2552 || code === 2307) return t("problem.name", { name });
  if (code === 2339 || code === 2551) return t("problem.property", { name });
  return t(code < 2000 ? "problem.syntax" : "problem.type");
}
