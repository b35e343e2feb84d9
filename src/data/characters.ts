/** Texts as numbers, one a character. */
import { DataError, FormatError, ValueError } from "../errors.js";
import type { Tokenizer } from "./bpe.js";

/** What `charTokenizer` takes beside the texts. */
export interface CharTokenizerOptions {
  /** What stands for characters that the texts do not have; without it, such a character is an error. One character. */
  readonly unknown?: string;
}

/** What is written for a tokenizer, as JSON. */
interface Saved {
  readonly type: "characters";
  readonly characters: readonly string[];
  readonly unknown: string | null;
}

/** One code point, which may be two of JavaScript's units. */
const isCharacter = (text: unknown): text is string => typeof text === "string" && [...text].length === 1;

/** A character as a message shows it. */
const shown = (character: string): string =>
  `${JSON.stringify(character)} (U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")})`;

/**
 * A vocabulary of characters (code points): character i of it is the token i. Made by {@link charTokenizer}, or from what
 * was saved.
 *
 * @example
 * ```ts
 * const saved = JSON.stringify(charTokenizer("hello"));
 * CharTokenizer.fromJSON(saved).decode([1, 0]); // "he"
 * ```
 */
export class CharTokenizer implements Tokenizer {
  /** The characters, in the order of their tokens. */
  readonly characters: readonly string[];
  /** The character that stands for others, or null where those are errors. */
  readonly unknown: string | null;
  readonly #tokens: ReadonlyMap<string, number>;

  /** A tokenizer over these characters, in this order. */
  constructor(characters: readonly string[], unknown: string | null = null) {
    if (characters.length === 0) throw new DataError("charTokenizer: there are no characters");
    const wrong = characters.findIndex((one, i) => !isCharacter(one) || characters.indexOf(one) !== i);
    if (wrong >= 0) {
      throw new ValueError(
        `charTokenizer: entry ${wrong} of the vocabulary is ${JSON.stringify(characters[wrong])}; each must be one character, and come once`,
      );
    }
    this.#tokens = new Map(characters.map((character, i) => [character, i]));
    if (unknown !== null && !this.#tokens.has(unknown)) {
      throw new ValueError(
        `charTokenizer: unknown must be one character of the vocabulary, got ${JSON.stringify(unknown)}`,
      );
    }
    this.characters = Object.freeze([...characters]);
    this.unknown = unknown;
  }

  /** How many tokens there are. */
  get size(): number {
    return this.characters.length;
  }

  /** The token of each character of a text. */
  encode(text: string): Int32Array {
    const other = this.unknown === null ? undefined : this.#tokens.get(this.unknown);
    return Int32Array.from([...text], (character, i) => {
      const token = this.#tokens.get(character) ?? other;
      if (token !== undefined) return token;
      throw new DataError(
        `charTokenizer: character ${i}, ${shown(character)}, is not in the vocabulary of ${this.size}; make the tokenizer with { unknown: "?" } to read it as that`,
      );
    });
  }

  /** The text of tokens. */
  decode(tokens: ArrayLike<number>): string {
    return Array.from(tokens, (token, i) => {
      const character = this.characters[token];
      if (character !== undefined) return character;
      throw new ValueError(`charTokenizer: token ${i} is ${token}; tokens go from 0 to ${this.size - 1}`);
    }).join("");
  }

  /** What `JSON.stringify` writes, and `fromJSON` reads. */
  toJSON(): Saved {
    return { type: "characters", characters: this.characters, unknown: this.unknown };
  }

  /** The tokenizer that was saved as JSON; what is no such thing is a FormatError. */
  static fromJSON(json: string | object): CharTokenizer {
    const saved = parsed(json);
    const { type, characters, unknown = null } = saved;
    const sound =
      type === "characters" && Array.isArray(characters) && (unknown === null || isCharacter(unknown));
    if (!sound) {
      throw new FormatError(
        'charTokenizer: the JSON is no saved tokenizer; it must be {"type":"characters","characters":[...],"unknown":null}',
      );
    }
    try {
      return new CharTokenizer(characters as string[], unknown as string | null);
    } catch (error) {
      throw new FormatError(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }
}

/** JSON's value, as an object whose fields may be anything. */
function parsed(json: string | object): Partial<Record<keyof Saved, unknown>> {
  let value: unknown = json;
  try {
    if (typeof json === "string") value = JSON.parse(json);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FormatError(`charTokenizer: the text is no JSON: ${reason}`, { cause: error });
  }
  return typeof value === "object" && value !== null ? value : {};
}

/**
 * A tokenizer over all characters of a text (or several), in the order of their code points. `unknown` is added in front
 * where the texts do not have it.
 *
 * @throws DataError where the texts are empty
 * @throws ValueError where `unknown` is not one character
 * @example
 * ```ts
 * const tokenizer = charTokenizer("banana", { unknown: "?" });
 * tokenizer.characters; // ["?", "a", "b", "n"]
 * String(tokenizer.encode("bark")); // "2,1,0,0"
 * tokenizer.decode([2, 1, 3]); // "ban"
 * ```
 */
export function charTokenizer(
  texts: string | readonly string[],
  { unknown }: CharTokenizerOptions = {},
): CharTokenizer {
  if (unknown !== undefined && !isCharacter(unknown)) {
    throw new ValueError(`charTokenizer: unknown must be one character, got ${JSON.stringify(unknown)}`);
  }
  const found = new Set<string>();
  for (const text of typeof texts === "string" ? [texts] : texts) for (const one of text) found.add(one);
  if (found.size === 0) throw new DataError("charTokenizer: the texts are empty");
  const characters = [...found].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
  if (unknown !== undefined && !found.has(unknown)) characters.unshift(unknown);
  return new CharTokenizer(characters, unknown ?? null);
}
