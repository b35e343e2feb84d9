/**
 * A JSON reader for headers that cannot be trusted. `JSON.parse` keeps the last of two equal names without a word and
 * writes into objects that have a prototype; this one refuses a repeated name, gives objects as Maps, and bounds how
 * deep lists may nest, so that a hostile header cannot exhaust the stack.
 *
 * Source: the grammar is RFC 8259.
 */

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export type JsonObject = ReadonlyMap<string, JsonValue>;

/** Why a text is not JSON, and where. */
export class JsonProblem extends Error {}

/** More than any header needs; deeper text is refused. */
const MAX_DEPTH = 16;
/** More than any header needs, and some tens of megabytes at most: a short text can hold many small things. */
const MAX_VALUES = 2 ** 20;

const WHITESPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORDS = new Map<string, null | boolean>([
  ["null", null],
  ["true", true],
  ["false", false],
]);
const BACKSLASH = 0x5c;
const QUOTE = 0x22;

/** Takes a member of the outermost object, which then is not kept. */
type Visit = (name: string, value: JsonValue) => void;

class Reader {
  private position = 0;
  private values = 0;
  private readonly text: string;
  private readonly visit: Visit | undefined;

  constructor(text: string, visit?: Visit) {
    this.text = text;
    this.visit = visit;
  }

  document(): JsonValue {
    const value = this.value(0);
    if (this.position < this.text.length) this.fail("expected the end");
    return value;
  }

  /** One value, with the whitespace on both its sides. */
  private value(depth: number): JsonValue {
    if (depth > MAX_DEPTH) this.fail(`nested deeper than ${MAX_DEPTH}`);
    if (++this.values > MAX_VALUES) this.fail(`more than ${MAX_VALUES} values`);
    this.match(WHITESPACE);
    const value = this.bareValue(depth);
    this.match(WHITESPACE);
    return value;
  }

  private bareValue(depth: number): JsonValue {
    const next = this.text[this.position];
    if (next === "{") return this.object(depth + 1);
    if (next === "[") return this.list(depth + 1);
    if (next === '"') return this.string();
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.position)) {
        this.position += word.length;
        return value;
      }
    }
    const digits = this.match(NUMBER);
    if (digits === "") return this.fail("expected a value");
    return Number(digits);
  }

  private object(depth: number): JsonObject {
    const members = new Map<string, JsonValue>();
    this.items("}", () => {
      this.match(WHITESPACE);
      if (this.text[this.position] !== '"') this.fail('expected a name in "quotes"');
      const name = this.string();
      if (members.has(name)) this.fail(`the name ${JSON.stringify(name)} appears twice`);
      this.match(WHITESPACE);
      this.take(":");
      const value = this.value(depth);
      const visited = depth === 1 && this.visit !== undefined;
      if (visited) this.visit?.(name, value);
      members.set(name, visited ? null : value);
    });
    return members;
  }

  private list(depth: number): readonly JsonValue[] {
    const values: JsonValue[] = [];
    this.items("]", () => void values.push(this.value(depth)));
    return values;
  }

  /** What stands between brackets, separated by commas. */
  private items(close: string, item: () => void): void {
    this.position++;
    this.match(WHITESPACE);
    if (this.text[this.position] === close) {
      this.position++;
      return;
    }
    for (;;) {
      item();
      this.match(WHITESPACE);
      if (this.text[this.position] !== ",") break;
      this.position++;
    }
    this.take(close);
  }

  /** Finds the closing quote, and leaves the escapes to JSON.parse. */
  private string(): string {
    const start = this.position;
    let end = start + 1;
    while (end < this.text.length && this.text.charCodeAt(end) !== QUOTE) {
      end += this.text.charCodeAt(end) === BACKSLASH ? 2 : 1;
    }
    if (end >= this.text.length) this.fail("a string has no closing quote");
    this.position = end + 1;
    try {
      return JSON.parse(this.text.slice(start, end + 1)) as string;
    } catch {
      this.position = start;
      return this.fail("a string holds a control character or a bad escape");
    }
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0] ?? "";
    this.position += found.length;
    return found;
  }

  private take(character: string): void {
    if (this.text[this.position] !== character) this.fail(`expected ${character}`);
    this.position++;
  }

  private fail(problem: string): never {
    const found = this.text[this.position];
    throw new JsonProblem(
      `${problem} at character ${this.position}, found ${found === undefined ? "the end" : JSON.stringify(found)}`,
    );
  }
}

/**
 * Reads one JSON text; objects become Maps in the order of the text. With `visit` the outermost object's members are handed
 * out one after the other and not kept: null stands for each. What `visit` throws passes through.
 *
 * @throws JsonProblem where the text is not JSON, a name appears twice in one object, lists nest too deep, or there are
 * more than a million values.
 *
 * @example
 * ```ts
 * parseStrictJson('{"__proto__": [1, 2]}'); // Map { "__proto__" => [1, 2] }
 * parseStrictJson('{"w": 1, "w": 2}');      // JsonProblem: the name "w" appears twice ...
 * ```
 */
export function parseStrictJson(text: string, visit?: Visit): JsonValue {
  return new Reader(text, visit).document();
}
