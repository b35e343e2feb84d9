import { expect, test } from "vitest";
import { highlight } from "../src/lib/code/highlight.js";
import { numberIn, numberText, slot, textOf, ts } from "../src/lib/code/template.js";
import { setNumber } from "../src/lib/state/path.js";

test("a program is text with places for numbers", () => {
  const code = ts`const w = [${slot("w.0", 0.5)}, ${-1}];${ts` // ${"two"}`}`;
  expect(code).toEqual(["const w = [", { name: "w.0", text: "0.5" }, ", -1]; // two"]);
  expect(textOf(code)).toBe("const w = [0.5, -1]; // two");
});

test("numbers are read as TypeScript reads them, and nothing else is", () => {
  expect(["0.5", " -2 ", "+.5", "3.", "1e-3"].map(numberIn)).toEqual([0.5, -2, 0.5, 3, 0.001]);
  for (const text of ["", "-", "1,5", "0x10", "NaN", "Infinity", "1e999", "2 + 1", "1_000"])
    expect(numberIn(text)).toBeUndefined();
  expect(numberText(-0)).toBe("0");
});

test("a number goes where one stands, and nowhere else", () => {
  const state = { a: 1, layers: [{ bias: 0 }], name: "x" };
  expect(setNumber(state, "layers.0.bias", 3)).toBe(true);
  expect(state.layers[0]!.bias).toBe(3);
  for (const path of ["name", "b", "layers.1.bias", "__proto__.x", "layers", "constructor.name"])
    expect(setNumber(state, path, 1)).toBe(false);
});

test("colours leave the text as it is", () => {
  const text = 'import { array } from "maru"; // 2 words\nconst x = 1.5e-3;';
  const tokens = highlight(text);
  expect(tokens.map((token) => token.text).join("")).toBe(text);
  expect(tokens.filter(({ kind }) => kind !== "").map(({ kind, text }) => [kind, text])).toEqual([
    ["word", "import"],
    ["word", "from"],
    ["string", '"maru"'],
    ["comment", "// 2 words"],
    ["word", "const"],
    ["digits", "1.5e-3"],
  ]);
});
