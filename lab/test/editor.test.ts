import { EditorState } from "@codemirror/state";
import ts from "typescript";
import { expect, test } from "vitest";
import { isWhole } from "../src/lib/chapters/18-reference/input.js";
import { type Entry, find, synonymsOf } from "../src/lib/chapters/18-reference/search.js";
import { ts as program, slot, textOf } from "../src/lib/code/template.js";
import { assemble, linesOf, placeIn, showing } from "../src/lib/editor/program.js";
import { shapeSentence } from "../src/lib/editor/sentence.js";
import { setSlots, skeleton, slotField, slotsOf } from "../src/lib/editor/slots.js";

const CODE = program`const w = [${slot("w1", 0.5)}, ${slot("w2", -2)}];`;

function begun(): EditorState {
  const state = EditorState.create({ doc: textOf(CODE), extensions: slotField });
  return state.update({ effects: setSlots.of(slotsOf(CODE)) }).state;
}
const held = (state: EditorState): Record<string, string> =>
  Object.fromEntries(state.field(slotField).map(({ name, from, to }) => [name, state.sliceDoc(from, to)]));
const change = (state: EditorState, from: number, to: number, insert: string): EditorState =>
  state.update({ changes: { from, to, insert } }).state;

test("slots follow what is written around them and in them", () => {
  let state = begun();
  expect(held(state)).toEqual({ w1: "0.5", w2: "-2" });
  state = change(state, 0, 0, "// before\n");
  expect(held(state)).toEqual({ w1: "0.5", w2: "-2" });
  const at = state.doc.toString().indexOf("0.5");
  state = change(state, at, at + 3, ""); // emptied
  state = change(state, at, at, "1.2"); // and written anew
  expect(held(state)).toEqual({ w1: "1.2", w2: "-2" });
  state = change(state, at + 3, at + 3, " * 3"); // what stands beside a number is not part of it
  expect(held(state)).toEqual({ w1: "1.2", w2: "-2" });
  state = change(state, at - 1, at + 4, "["); // taken away with what was around it
  expect(held(state)).toEqual({ w2: "-2" });
});

test("programs with the same skeleton differ in numbers alone", () => {
  const plain = skeleton(textOf(CODE), slotsOf(CODE));
  const state = begun();
  const other = change(state, 11, 14, "7");
  expect(skeleton(other.doc.toString(), other.field(slotField))).toBe(plain);
  const mine = change(state, 0, 5, "let");
  expect(skeleton(mine.doc.toString(), mine.field(slotField))).not.toBe(plain);
});

test("cells become one file, each in the scope of those before it", () => {
  const cells = ["const x = 1;\nx", 'import { iris } from "maru/data";\nconst x = 2;'];
  const made = assemble(ts, { cells, repl: true }, ["array", "type Tensor"], showing(ts));
  const [first] = made.text.split("\n");
  expect(first).toBe('import { array, type Tensor } from "maru"; import { iris } from "maru/data";');
  expect(made.text).toContain("$around.show(await (x))");
  const second = made.text.indexOf("const x = 2");
  const { cell, at } = placeIn(made, second);
  expect([cell, cells[1]!.slice(at, at + 11)]).toEqual([1, "const x = 2"]);
  expect(made.text.endsWith("}}\n")).toBe(true);
});

test("lines of JavaScript lead back to lines of the program", () => {
  const { sourceMapText, outputText } = ts.transpileModule("type A = 1;\n\nconst a: A = 1;\n\nthrow a;", {
    compilerOptions: { sourceMap: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
  });
  const lines = linesOf((JSON.parse(sourceMapText!) as { mappings: string }).mappings);
  const at = outputText.split("\n").findIndex((line) => line.startsWith("throw"));
  expect(lines[at]).toBe(4);
});

test("Enter runs what is whole", () => {
  for (const text of ["1 + 1", "f({ a: [1, 2] })", 'const a = "(";', "// ( {", "i++", "`a b`"])
    expect(isWhole(text), text).toBe(true);
  for (const text of ["f(", "const f = () =>", "[1,", "a.", "if (x) {", "`open", "1 +"])
    expect(isWhole(text), text).toBe(false);
});

test("functions are found by name, by other words, and by what is said of them", () => {
  const entry = (name: string, text: string): Entry => ({
    name,
    text,
    room: "",
    kind: "function",
    signature: name,
    example: "",
  });
  const all = [
    entry("add", "The sum."),
    entry("dot", "A product."),
    entry("nn.dotted", ""),
    entry("sum", ""),
  ];
  const synonyms = synonymsOf("행렬의 곱, 내적 = dot; 합 = sum add");
  const names = (query: string): string[] => find(all, query, synonyms).map(({ name }) => name);
  expect(names("dot")).toEqual(["dot", "nn.dotted"]);
  expect(names("내적")).toEqual(["dot"]);
  expect(names("sum")).toEqual(["sum", "add"]);
  expect(names("")).toHaveLength(4);
  expect(names("nothing at all")).toEqual([]);
});

test("NumPy's words have a sentence in the reader's language", () => {
  const t = (key: string, values = {}): string => `${key} ${JSON.stringify(values)}`;
  expect(shapeSentence("shapes (2,3) and (2,2) not aligned: 3 (dim 1) != 2 (dim 0)", t)).toBe(
    'problem.dot {"left":"(2,3)","right":"(2,2)","a":"3","i":"1","b":"2","j":"0"}',
  );
  expect(shapeSentence("something else", t)).toBe("");
});
