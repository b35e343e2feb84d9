/** Characters, windows of a stream of tokens, and BPE against the Python package `tokenizers`. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { array, DataError, FileError, FormatError, type Tensor, ValueError } from "maru";
import {
  bpeTokenizer,
  CharTokenizer,
  charTokenizer,
  DataLoader,
  loadBpeTokenizer,
  windowDataset,
} from "maru/data";
import { afterAll, describe, expect, it } from "vitest";
import { range } from "./numbers.js";

describe("charTokenizer", () => {
  it("numbers the characters of a text by code point, and reads what it writes", () => {
    const tokenizer = charTokenizer("마루 🌙abba");
    expect(tokenizer.characters).toEqual([" ", "a", "b", "루", "마", "🌙"]);
    const tokens = tokenizer.encode("🌙 마루 ab");
    expect(tokens).toEqual(Int32Array.of(5, 0, 4, 3, 0, 1, 2));
    expect(tokenizer.decode(tokens)).toBe("🌙 마루 ab");
    expect(tokenizer.decode(array(tokens).toArray())).toBe("🌙 마루 ab");
    expect([tokenizer.size, charTokenizer(["ab", "bc"]).size]).toEqual([6, 3]);
  });

  it("says which character it does not know, or reads it as another", () => {
    expect(() => charTokenizer("abc").encode("abyss")).toThrow(DataError);
    expect(() => charTokenizer("abc").encode("abyss")).toThrow(
      'charTokenizer: character 2, "y" (U+0079), is not in the vocabulary of 3',
    );
    const lenient = charTokenizer("abc", { unknown: "?" });
    expect(lenient.decode(lenient.encode("abyss"))).toBe("ab???");
    expect(charTokenizer("a?c", { unknown: "?" }).size).toBe(3);
  });

  it("is saved as JSON and read again", () => {
    const tokenizer = charTokenizer('quote " and 🌙\n', { unknown: "�" });
    const again = CharTokenizer.fromJSON(JSON.stringify(tokenizer));
    expect([again.characters, again.unknown]).toEqual([tokenizer.characters, "�"]);
    expect(again.encode("and 🌙 or")).toEqual(tokenizer.encode("and 🌙 or"));
  });

  it.each([
    ["no JSON", "{"],
    ["another type", '{"type":"words","characters":["a"]}'],
    ["no list", '{"type":"characters","characters":"abc"}'],
    ["a number", '{"type":"characters","characters":["a",3]}'],
    ["two characters in one", '{"type":"characters","characters":["ab"]}'],
    ["a character twice", '{"type":"characters","characters":["a","a"]}'],
    ["nothing", '{"type":"characters","characters":[]}'],
    ["an unknown that it lacks", '{"type":"characters","characters":["a"],"unknown":"?"}'],
    ["null", "null"],
  ])("refuses a file with %s", (_, json) => {
    expect(() => CharTokenizer.fromJSON(json)).toThrow(FormatError);
  });

  it("refuses empty texts, odd unknowns and tokens that are none", () => {
    expect(() => charTokenizer("")).toThrow(DataError);
    expect(() => charTokenizer("a", { unknown: "<unk>" })).toThrow(ValueError);
    expect(() => charTokenizer("ab").decode([0, 2])).toThrow("token 1 is 2; tokens go from 0 to 1");
  });
});

describe("windowDataset", () => {
  it("has inputs and the same one later, side by side by default, without those cut off", () => {
    const dataset = windowDataset(range(10), 3);
    const length: 3 = dataset.inputShape[0];
    expect([dataset.length, length]).toEqual([3, 3]);
    const { inputs, targets } = dataset.batch([2, 0]);
    expect(inputs.toArray()).toEqual([
      [6, 7, 8],
      [0, 1, 2],
    ]);
    expect(targets.toArray()).toEqual([
      [7, 8, 9],
      [1, 2, 3],
    ]);
    expect([inputs.dtype, windowDataset(range(9), 3).length, windowDataset(range(4), 3).length]).toEqual([
      "int32",
      2,
      1,
    ]);
  });

  it("has every window with a stride of 1, and with any stride only whole ones", () => {
    for (const [n, length, stride] of [
      [10, 3, 1],
      [11, 4, 2],
      [20, 5, 7],
    ] as const) {
      const starts = range(n).filter((i) => i % stride === 0 && i + length < n);
      const dataset = windowDataset(Int32Array.from(range(n)), length, { stride });
      expect(dataset.batch(range(dataset.length)).inputs.at(":", 0).toArray()).toEqual(starts);
    }
  });

  it("is shuffled by a loader, each window once", () => {
    const dataset = windowDataset(array(Int32Array.from(range(101))) as unknown as Tensor, 10);
    const loader = new DataLoader(dataset, { batchSize: 4, shuffle: true, seed: 1 });
    const firsts = [...loader].flatMap(({ inputs }) => inputs.at(":", 0).toArray() as number[]);
    expect(firsts).not.toEqual([...firsts].sort((a, b) => a - b));
    expect(firsts.sort((a, b) => a - b)).toEqual(range(10).map((i) => 10 * i));
  });

  it("refuses streams that are too short, and tokens that are none", () => {
    expect(() => windowDataset([1, 2, 3], 3)).toThrow(
      "a window of 3 and its target need 4 tokens, there are 3",
    );
    expect(() => windowDataset([1, 2.5, 3], 1)).toThrow("token 1 is 2.5");
    expect(() => windowDataset([1, 2, -1], 1)).toThrow(DataError);
    expect(() => windowDataset([1, 2], 0)).toThrow(ValueError);
    expect(() => windowDataset([1, 2, 3], 1, { stride: 0 })).toThrow(ValueError);
    expect(() => windowDataset(range(10), 3).batch([3])).toThrow("there is no sample 3");
  });
});

interface Golden {
  readonly name: string;
  readonly size: number;
  readonly tokenizer: { readonly model: { vocab: Record<string, number>; merges: string[][] } };
  readonly cases: readonly { text: string; ids: number[]; plain: number[]; decoded?: string }[];
}

const { tokenizers } = JSON.parse(
  readFileSync(new URL("./tokenizer.golden.json", import.meta.url), "utf8"),
) as {
  tokenizers: readonly Golden[];
};
const bytes = tokenizers.find(({ name }) => name === "bytes")!;

describe("bpeTokenizer", () => {
  it.each(tokenizers)("gives the tokens that Python gives: $name", async ({ tokenizer, size, cases }) => {
    const [whole, plain] = await Promise.all([
      bpeTokenizer(JSON.stringify(tokenizer)),
      bpeTokenizer(tokenizer, { specialTokens: false }),
    ]);
    expect(whole.size).toBe(size);
    for (const one of cases) {
      expect({ text: one.text, ids: [...whole.encode(one.text)] }).toEqual({ text: one.text, ids: one.ids });
      expect([...plain.encode(one.text)]).toEqual(one.plain);
      if (one.decoded !== undefined) expect(plain.decode(one.plain)).toBe(one.decoded);
    }
  });

  it("of bytes gives back any text that it took", async () => {
    const tokenizer = await bpeTokenizer(bytes.tokenizer);
    const texts = ["one , two . 'three'", "\u0000\u0007\t\r\n  ", "🌙 家族 👨‍👩‍👧", "don't  stop ."];
    for (const text of texts) expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  it("reads GPT-2's two files, from the disk too", async () => {
    const folder = mkdtempSync(join(tmpdir(), "maru-bpe-"));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    const { vocab, merges } = bytes.tokenizer.model;
    const paths = { vocab: join(folder, "vocab.json"), merges: pathToFileURL(join(folder, "merges.txt")) };
    writeFileSync(paths.vocab, JSON.stringify(vocab));
    writeFileSync(paths.merges, `#version: 0.2\n${merges.map((pair) => pair.join(" ")).join("\n")}\n`);
    writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(bytes.tokenizer));
    writeFileSync(join(folder, "bad.json"), Uint8Array.of(0x22, 0xff, 0x22));
    const made = [await loadBpeTokenizer(paths), await loadBpeTokenizer(join(folder, "tokenizer.json"))];
    for (const tokenizer of made) {
      for (const { text, plain } of bytes.cases) expect([...tokenizer.encode(text)]).toEqual(plain);
    }
    await expect(loadBpeTokenizer(join(folder, "nowhere.json"))).rejects.toThrow(FileError);
    await expect(loadBpeTokenizer(join(folder, "bad.json"))).rejects.toThrow("no text in UTF-8");
  });

  const model = { type: "BPE", vocab: { a: 0, b: 1, ab: 2 }, merges: ["a b"] };
  it.each([
    ["no JSON", "{", "is no JSON"],
    ["a list", "[]", "must hold an object"],
    ["another model", { model: { ...model, type: "Unigram" } }, 'the model is "Unigram", this reads BPE'],
    ["no vocabulary", { model: { type: "BPE", merges: [] } }, "must be an object from tokens to numbers"],
    ["an empty one", { model: { ...model, vocab: {}, merges: [] } }, "the vocabulary is empty"],
    [
      "a number twice",
      { model: { ...model, vocab: { a: 0, b: 0 } } },
      'tokens "a" and "b" have the same number 0',
    ],
    ["a negative number", { model: { ...model, vocab: { a: -1 } } }, 'the number of token "a" is -1'],
    ["a merge of three", { model: { ...model, merges: ["a b c"] } }, "it must be two tokens"],
    [
      "a merge without its sum",
      { model: { ...model, merges: [["b", "a"]] } },
      'merge 0 needs the token "ba"',
    ],
    ["no merges", { model: { ...model, merges: 5 } }, "must be a list of pairs"],
    [
      "odd added tokens",
      { model, added_tokens: [{ id: "x" }] },
      "an added token must have a content and a number",
    ],
    ["a decoder that is none", { model, decoder: { type: "Nonsense" } }, "the tokenizer cannot be made"],
    ["half a pair of files", { vocab: "{}" }, "the vocabulary is empty"],
  ] as const)("refuses %s", async (_, vocabulary, message) => {
    const error = await bpeTokenizer(vocabulary as object).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toContain(message);
  });

  it("says what it does not know, either way", async () => {
    const tokenizer = await bpeTokenizer({ model });
    expect([...tokenizer.encode("abba")]).toEqual([2, 1, 0]);
    // As Python has it: without an unknown token it is left out.
    expect([...tokenizer.encode("abccb")]).toEqual([2, 1]);
    const vocab = { ...model.vocab, "<unk>": 3 };
    const knowing = await bpeTokenizer({ model: { ...model, vocab, unk_token: "<unk>" } });
    expect([...knowing.encode("abccb")]).toEqual([2, 3, 3, 1]);
    const [text, start] = [
      { Sequence: { id: "A", type_id: 0 } },
      { SpecialToken: { id: "<s>", type_id: 0 } },
    ];
    const post_processor = {
      type: "TemplateProcessing",
      single: [start, text],
      pair: [],
      special_tokens: {},
    };
    const promising = await bpeTokenizer({ model, post_processor });
    expect(() => promising.encode("ab")).toThrow(DataError);
    expect(() => promising.encode("ab")).toThrow('token 0, "<s>", which the file\'s post-processor adds');
    expect(() => tokenizer.decode([0, 3])).toThrow("token 1 is 3, which the vocabulary of 3 does not have");
    expect(() => tokenizer.encode(5 as never)).toThrow(ValueError);
  });
});

/** A text with one to three characters changed, left out, doubled or cut off; the seed decides. */
function mutated(text: string, seed: number): string {
  let state = seed + 1;
  const below = (n: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  let result = text;
  for (let i = below(3); i >= 0; i--) {
    const at = below(result.length);
    const [before, after] = [result.slice(0, at), result.slice(at)];
    const other = '{}[]",:0919-ae\\nul'[below(18)]!;
    result = [before + other + after.slice(1), before + after.slice(1), before + other + after, before][
      below(4)
    ]!;
  }
  return result;
}

describe("files that were damaged", () => {
  it("a thousand of characters: refused, or read as a sound tokenizer", () => {
    const saved = JSON.stringify(charTokenizer("the floor of a house 마루", { unknown: "?" }));
    let refused = 0;
    for (const seed of range(1000)) {
      try {
        const tokenizer = CharTokenizer.fromJSON(mutated(saved, seed));
        const tokens = range(tokenizer.size);
        expect([...tokenizer.encode(tokenizer.decode(tokens))]).toEqual(tokens);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(300);
  });

  it("a thousand of BPE: refused, or read as one that works", async () => {
    const model = { type: "BPE", vocab: { a: 0, b: 1, n: 2, an: 3, ban: 4 }, merges: ["a n", "b an"] };
    const saved = JSON.stringify({
      ...bytes.tokenizer,
      added_tokens: [{ id: 5, content: "<s>", special: true }],
      model,
    });
    let refused = 0;
    for (const seed of range(1000)) {
      try {
        const tokenizer = await bpeTokenizer(mutated(saved, seed));
        const tokens = tokenizer.encode("banana<s>");
        for (const token of tokens) expect(token).toBeLessThan(tokenizer.size);
        expect(typeof tokenizer.decode(tokens)).toBe("string");
      } catch (error) {
        if (
          !(error instanceof FormatError) &&
          !(error instanceof DataError) &&
          !(error instanceof ValueError)
        )
          throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(300);
  });
});
