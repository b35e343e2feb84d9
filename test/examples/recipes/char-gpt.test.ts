/** Tales are true and their checker sees where they are not; a short training foretells them better than counts do. */
import { describe, expect, it } from "vitest";
import { taleData, trainGpt, writer } from "../../../examples/recipes/char-gpt.js";
import { judge } from "../../../examples/recipes/tale-checker.js";
import { bitsByChance, bitsByCounts, tellTales } from "../../../examples/recipes/tales.js";
import { charTokenizer } from "../../../src/data/index.js";
import { argmax, array, noGrad, random, type Tensor } from "../../../src/index.js";

const allRight = { isFormed: true, isSumRight: true, isSame: true };
const notFormed = { isFormed: false, isSumRight: false, isSame: false };

describe("tales", () => {
  it("are all true", () => {
    const wrong = tellTales(3000, 1).filter(({ text }) => Object.values(judge(text)).includes(false));
    expect(wrong).toEqual([]);
  });

  it("are the same from the same seed, and others from another", () => {
    expect(tellTales(5, 2)).toEqual(tellTales(5, 2));
    expect(tellTales(5, 2)).not.toEqual(tellTales(5, 3));
  });

  it("hold the logarithm of how many ways there were to go on", () => {
    // 16 names, 8 colours, 8 things and 7 numbers to begin with; two words to begin with, two ends.
    const whole = Math.log2(16 * 8 * 8 * 7 * 2 * 2);
    for (const { text, bits } of tellTales(200, 4)) {
      const least = whole + 2 * Math.log2(3 * 2); // each event: one of three deeds, told in one of two ways
      expect(bits, text).toBeGreaterThanOrEqual(least);
      expect(bits, text).toBeLessThanOrEqual(least + 2 * Math.log2(2 * 8 * 15));
    }
  });
});

describe("the checker", () => {
  const tale =
    "Once Mia had five red shells. Tom gave her two, so she had seven. Then she lost four, and that left three. Mia took her three red shells home.";

  it("finds nothing wrong in a tale", () => {
    expect(judge(tale)).toEqual(allRight);
    expect(
      judge(tale.replace("Mia took her three red shells home", "In the end Mia had three red shells")),
    ).toEqual(allRight);
  });

  it.each([
    ["so she had seven", "so she had eight"],
    ["left three", "left two"],
    ["lost four, and that left", "found four, so she had"],
    ["took her three", "took her four"],
  ])("sees a wrong sum: %s, %s", (right, wrong) => {
    expect(judge(tale.replace(right, wrong))).toEqual({ ...allRight, isSumRight: false });
  });

  it.each([
    ["Mia took", "Ann took"],
    ["Once Mia", "Once Tom"],
    ["gave her", "gave him"],
    ["so she", "so he"],
    ["Then she", "Then he"],
    ["took her", "took his"],
    ["three red shells", "three blue shells"],
    ["three red shells", "three red stones"],
    ["Tom gave", "Mia gave"],
    ["she lost four", "she gave Mia four"],
  ])("sees that it is about another: %s, %s", (right, wrong) => {
    expect(judge(tale.replace(right, wrong))).toEqual({ ...allRight, isSame: false });
  });

  it.each([
    ["five red shells", "five red shell"],
    ["three red shells", "three red shell"],
    ["five red shells", "one red shells"],
    ["red shells", "rde shells"],
    ["and that left", "and that made"],
    ["Then she", "Then She"],
    ["Tom gave", "tom gave"],
    [" home.", "."],
    ["Mia took her", "In the end Mia had"],
    [" home.", " home"],
    [" home.", " home. Then she lost two, so she had one."],
    ["Then she lost four, and that left three. ", ""],
    [tale, ""],
  ])("sees that it is no tale: %s, %s", (right, wrong) => {
    expect(judge(tale.replace(right, wrong))).toEqual(notFormed);
  });
});

it("counts foretell the better the more they look at, and never better than the chance in tales", () => {
  const [learned, exam] = [tellTales(2000, 0), tellTales(200, 1)];
  const bits = [4, 2, 1, 0].map((order) => bitsByCounts(order, learned, exam));
  expect(bits).toEqual(bits.toSorted((a, b) => a - b));
  expect(bits[0]).toBeGreaterThan(2 * bitsByChance(exam));
});

it("asks for the character that follows each, and for none behind the end", () => {
  const tales = [
    { text: "abc", bits: 0 },
    { text: "a", bits: 0 },
  ];
  const { inputs, targets } = taleData(tales, charTokenizer("\nabc"), 5).batch([0, 1]);
  expect(inputs.toArray()).toEqual([
    [0, 1, 2, 3, 0],
    [0, 1, 0, 0, 0],
  ]);
  expect(targets.toArray()).toEqual([
    [1, 2, 3, 0, -100],
    [1, 0, -100, -100, -100],
  ]);
});

const short = {
  tales: 600,
  epochs: 4,
  batchSize: 8,
  width: 32,
  blocks: 1,
  heads: 2,
  context: 164,
  lr: 0.01,
  seed: 0,
};
/** Hardly any training, on the beginnings of tales. */
const few = { ...short, tales: 40, epochs: 1, context: 48 };

const bitsAfter = async (options: typeof short) => {
  const { history } = await trainGpt(options);
  return history.epochs.map(({ valLoss }) => valLoss! / Math.LN2);
};

describe("the network", () => {
  const [learned, exam] = [tellTales(short.tales, 0), tellTales(300, 1)];

  it("foretells characters better than counts do", async () => {
    const bits = await bitsAfter(short);
    expect(bits.at(-1)).toBeLessThan(bitsByCounts(2, learned, exam));
    expect(bits.at(-1)).toBeGreaterThan(bitsByChance(exam));
  });

  it("foretells them worse than counts of single characters where it hardly learns", async () => {
    const bits = await bitsAfter({ ...few, lr: 1e-7 });
    expect(bits.at(-1)).toBeGreaterThan(bitsByCounts(0, learned, exam));
  });

  it("gets the same numbers from the same seed, and others from another", async () => {
    const twice = { ...few, epochs: 2 };
    const first = await bitsAfter(twice);
    expect(first).toHaveLength(2);
    expect(await bitsAfter(twice)).toEqual(first);
    expect(await bitsAfter({ ...twice, seed: 1 })).not.toEqual(first);
  });

  it("goes on from a prompt, each time otherwise, and the same from the same seed", async () => {
    const { model } = await trainGpt(few);
    const write = writer(model, few.context, 3);
    const prompt = "One day Tom had";
    random.seed(5);
    const texts = write(prompt, 0.8);
    expect(texts.filter((text) => text.startsWith(prompt))).toHaveLength(3);
    expect(new Set(texts).size).toBe(3);
    expect(Math.max(...texts.map(({ length }) => length))).toBeLessThanOrEqual(few.context);
    random.seed(5);
    expect(write(prompt, 0.8)).toEqual(texts);
  });

  it("writes what it would foretell from the whole text, where nothing is left to chance", async () => {
    const { model } = await trainGpt(few);
    const prompt = "One day Tom had seven blue sh"; // its next characters are beyond the first window
    const [text] = writer(model, few.context, 1)(prompt, 1e-6);
    expect(text!.length).toBeGreaterThan(prompt.length + 5);
    const tokens = [...model.tokenizer.encode(`\n${text}`)];
    const scores = noGrad(() => model.forward(array([tokens], { dtype: "int32" }) as Tensor));
    const likeliest = argmax(scores as Tensor, 2)
      .at(0)
      .toArray() as number[];
    expect(likeliest.slice(prompt.length, -1)).toEqual(tokens.slice(prompt.length + 1));
  });
});
