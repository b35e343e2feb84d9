/**
 * Byte pair encoding (Sennrich, Haddow and Birch 2016, Neural Machine Translation of Rare Words with Subword Units) with a
 * vocabulary that the user has: a `tokenizer.json` as the Hub has it, or GPT-2's pair of files. The work is done by
 * `@huggingface/tokenizers`, which is loaded when a tokenizer is made; here the files are looked at first.
 */
import { DataError, FileError, FormatError, ValueError } from "../errors.js";

/** Text to tokens and back. */
export interface Tokenizer {
  /** How many tokens there are: they go from 0 to size - 1. */
  readonly size: number;
  /** The tokens of a text. */
  encode(text: string): Int32Array;
  /** The text of tokens. */
  decode(tokens: ArrayLike<number>): string;
}

/** GPT-2's two files: what `vocab.json` holds, as text or parsed, and the text (or lines) of `merges.txt`. */
export interface BpeFiles {
  readonly vocab: string | Readonly<Record<string, number>>;
  readonly merges: string | readonly string[];
}

/** What `bpeTokenizer` takes beside the vocabulary. */
export interface BpeOptions {
  /** Add the special tokens that the vocabulary's file asks for, such as a start of text? true by default. */
  readonly specialTokens?: boolean;
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function bad(why: string, cause?: unknown): FormatError {
  return new FormatError(`bpeTokenizer: ${why}`, cause === undefined ? undefined : { cause });
}

function parse(what: string, text: unknown): unknown {
  if (typeof text !== "string") return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw bad(`${what} is no JSON: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

/** Throws unless each token has a number of its own; gives how many numbers there are, the largest and one. */
function checkVocabulary(vocab: unknown): number {
  if (!isObject(vocab)) throw bad("the vocabulary must be an object from tokens to numbers");
  const used = new Map<number, string>();
  let size = 0;
  for (const [token, id] of Object.entries(vocab)) {
    if (!Number.isSafeInteger(id) || (id as number) < 0 || (id as number) >= 2 ** 31) {
      throw bad(
        `the number of token ${JSON.stringify(token)} is ${JSON.stringify(id)}; it must be a whole number from 0`,
      );
    }
    const other = used.get(id as number);
    if (other !== undefined) {
      throw bad(`tokens ${JSON.stringify(other)} and ${JSON.stringify(token)} have the same number ${id}`);
    }
    used.set(id as number, token);
    size = Math.max(size, (id as number) + 1);
  }
  if (size === 0) throw bad("the vocabulary is empty");
  return size;
}

/** Throws unless each merge is of two tokens, whose sum is a token too. */
function checkMerges(merges: unknown, vocab: Json): void {
  if (!Array.isArray(merges)) throw bad("the merges must be a list of pairs of tokens");
  merges.forEach((merge: unknown, i) => {
    const pair: unknown = typeof merge === "string" ? merge.split(" ") : merge;
    if (
      !Array.isArray(pair) ||
      pair.length !== 2 ||
      !pair.every((one) => typeof one === "string" && one !== "")
    ) {
      throw bad(`merge ${i} is ${JSON.stringify(merge)}; it must be two tokens`);
    }
    const missing = [...(pair as string[]), pair.join("")].find((one) => !Object.hasOwn(vocab, one));
    if (missing !== undefined) {
      throw bad(`merge ${i} needs the token ${JSON.stringify(missing)}, which the vocabulary does not have`);
    }
  });
}

/** The lines of `merges.txt`: without its heading, and without empty ones. */
function linesOf(merges: unknown): unknown {
  if (typeof merges !== "string") return merges;
  return merges.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#version"));
}

/** What a `tokenizer.json` of GPT-2's two files would be. */
function describe(vocab: unknown, merges: unknown): Json {
  const bytes = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  const settings = { dropout: null, unk_token: null, continuing_subword_prefix: "", end_of_word_suffix: "" };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: bytes,
    post_processor: null,
    decoder: bytes,
    model: { type: "BPE", ...settings, fuse_unk: false, byte_fallback: false, vocab, merges },
  };
}

/** The contents of a `tokenizer.json`, and how many tokens it has. */
function checked(given: unknown): { description: Json; size: number } {
  if (!isObject(given)) throw bad("a tokenizer.json must hold an object");
  const whole =
    "model" in given ? given : describe(parse("the vocabulary", given.vocab), linesOf(given.merges));
  const { model, added_tokens: added = [] } = whole;
  if (!isObject(model)) throw bad("the field model must be an object");
  if ((model.type ?? "BPE") !== "BPE") {
    throw bad(`the model is ${JSON.stringify(model.type)}, this reads BPE`);
  }
  let size = checkVocabulary(model.vocab);
  checkMerges(model.merges, model.vocab as Json);
  if (!Array.isArray(added)) throw bad("the field added_tokens must be a list");
  for (const one of added) {
    const id: unknown = isObject(one) ? one.id : undefined;
    if (
      !isObject(one) ||
      typeof one.content !== "string" ||
      !Number.isSafeInteger(id) ||
      (id as number) < 0
    ) {
      throw bad(`an added token must have a content and a number, found ${JSON.stringify(one)}`);
    }
    size = Math.max(size, (id as number) + 1);
  }
  const parts = {
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
  };
  return { description: { ...parts, ...whole, model: { type: "BPE", ...model } }, size };
}

type Library = typeof import("@huggingface/tokenizers");
type Inner = InstanceType<Library["Tokenizer"]>;

async function library(): Promise<Library> {
  try {
    return await import("@huggingface/tokenizers");
  } catch (error) {
    throw new FileError(
      "bpeTokenizer: the package @huggingface/tokenizers is not installed; run: npm install @huggingface/tokenizers",
      { cause: error },
    );
  }
}

/**
 * A BPE tokenizer from the contents of a `tokenizer.json` (as text, or parsed), or of GPT-2's `vocab.json` and
 * `merges.txt` as `{ vocab, merges }`, which are read as bytes, as GPT-2 does. `loadBpeTokenizer` reads files. What the
 * vocabulary has no token for becomes its unknown token, and is left out where there is none, as in Python. Patterns
 * that a `tokenizer.json` splits text by are run as they are: use files that you trust.
 *
 * @throws FormatError where the contents are no sound vocabulary of BPE; the message says what is wrong
 * @throws FileError where the package `@huggingface/tokenizers` is not installed
 * @example
 * ```ts
 * const vocab = { a: 0, b: 1, n: 2, an: 3, "Ġ": 4, ban: 5 };
 * const tokenizer = await bpeTokenizer({ vocab, merges: ["a n", "b an"] });
 * String(tokenizer.encode("banana ban")); // "5,3,0,4,5"
 * tokenizer.decode([5, 3, 0]); // "banana"
 * ```
 */
export async function bpeTokenizer(
  vocabulary: string | BpeFiles | object,
  { specialTokens = true }: BpeOptions = {},
): Promise<Tokenizer> {
  const { description, size } = checked(parse("the text", vocabulary));
  const { Tokenizer: Implementation } = await library();
  // Spaces before full stops stay, so that what is decoded is what was encoded.
  const settings = { clean_up_tokenization_spaces: false };
  const inner = attempt("the tokenizer cannot be made", () => new Implementation(description, settings));
  return {
    size,
    encode(text) {
      if (typeof text !== "string")
        throw new ValueError(`bpeTokenizer: encode takes a text, got ${typeof text}`);
      const encode = () => inner.encode(text, { add_special_tokens: specialTokens });
      const { ids, tokens } = attempt("the vocabulary's file does not work", encode);
      const missing = ids.findIndex((id: unknown) => !Number.isInteger(id));
      if (missing < 0) return Int32Array.from(ids);
      throw new DataError(
        `bpeTokenizer: token ${missing}, ${JSON.stringify(tokens[missing])}, which the file's post-processor adds, is not in the vocabulary; make the tokenizer with { specialTokens: false }, or mend the file`,
      );
    },
    decode(tokens) {
      const list = Array.from(tokens);
      const wrong = list.findIndex((id) => inner.id_to_token(id) === undefined);
      if (wrong < 0) return attempt("the vocabulary's file does not work", () => decoded(inner, list));
      throw new ValueError(
        `bpeTokenizer: token ${wrong} is ${list[wrong]}, which the vocabulary of ${size} does not have`,
      );
    },
  };
}

const decoded = (inner: Inner, list: number[]): string => (list.length === 0 ? "" : inner.decode(list));

/** What the library throws at a file that is odd in a way that was not looked for, as an error of ours. */
function attempt<T>(what: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw bad(`${what}: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

/** A file's text: from the disk in Node, from an address anywhere. */
async function textOf(place: string | URL): Promise<string> {
  const address = String(place);
  if (!/^https?:/.test(address)) {
    if (globalThis.process?.versions?.node === undefined) {
      throw new FileError(
        `loadBpeTokenizer: cannot read ${address}: outside Node, give an address (https:...)`,
      );
    }
    const { readText } = await import("./text-node.js");
    return readText(place);
  }
  let response: Response;
  try {
    response = await fetch(address);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FileError(`loadBpeTokenizer: cannot fetch ${address}: ${reason}`, { cause: error });
  }
  if (response.ok) return response.text();
  throw new FileError(`loadBpeTokenizer: cannot fetch ${address}: the server answered ${response.status}`);
}

/** Where GPT-2's two files are. */
export interface BpePaths {
  readonly vocab: string | URL;
  readonly merges: string | URL;
}

/**
 * A BPE tokenizer from a file `tokenizer.json`, or GPT-2's pair `{ vocab, merges }`: paths in Node, addresses anywhere.
 *
 * @throws FileError where a file cannot be read
 * @throws FormatError where it is no sound vocabulary of BPE
 * @example
 * ```ts
 * writeFileAtomicSync("tokenizer.json", JSON.stringify({ model: { type: "BPE", vocab: { a: 0, b: 1 }, merges: [] } }));
 * (await loadBpeTokenizer("tokenizer.json")).size; // 2
 * ```
 */
export async function loadBpeTokenizer(
  place: string | URL | BpePaths,
  options: BpeOptions = {},
): Promise<Tokenizer> {
  if (typeof place === "string" || place instanceof URL) return bpeTokenizer(await textOf(place), options);
  const [vocab, merges] = await Promise.all([textOf(place.vocab), textOf(place.merges)]);
  return bpeTokenizer({ vocab, merges }, options);
}
