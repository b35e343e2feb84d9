/**
 * Every example in the source runs and gives what its comments say, compiles, and stands where a reader looks for it:
 * at every public function.
 */
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { random } from "../../src/index.js";
import { compile, says } from "../types/compile.js";
import { mismatch } from "./check.js";
import { root, sourceFiles } from "./extract.js";
import { folder, type GeneratedModule, generateExamples } from "./generate.js";
import { openProgram } from "./public.js";

const minutes = 60_000;

/** Examples that are compiled and not run, and why. */
const onlyCompiled: Readonly<Record<string, string>> = {
  "src/formats/mnist-digit.ts": "reads a picture from the network",
  "src/formats/node-files.ts": "reads files of the reader's own",
  "src/formats/png.ts": "describes bytes in words",
  "src/formats/safetensors-write.ts": "describes bytes in words",
  "src/formats/strict-json.ts": "names an error that is not exported",
  "src/plot/terminal-image.ts": "shows what is printed",
  "src/train/checkpoint.ts": "trains for minutes",
  "src/train/evaluate.ts": "needs a trained model",
  "src/train/fit.ts": "trains for minutes",
};

/** Examples that name what the reader has (a model, a dataset) and do not make it. */
const fragments = ["train-checkpoint.ts", "train-evaluate.ts"];

const files = sourceFiles("src");
const program = openProgram(files);
const { generated, allowed } = generateExamples(files, program.exportsOf);

// Examples that write files write them here.
const before = process.cwd();
const work = resolve(root, ".cache/examples-work");
mkdirSync(work, { recursive: true });
process.chdir(work);
afterAll(() => process.chdir(before));

describe.each(generated.filter(({ file }) => !(file in onlyCompiled)))("$file", async ({ module }) => {
  const { examples } = (await import(resolve(root, folder, module))) as GeneratedModule;
  it.each(examples)("$place", async ({ run }) => {
    random.seed(0);
    const wrong: unknown[] = [];
    await run(async (evaluate, expected, place) => {
      const difference = await mismatch(evaluate, expected);
      if (difference !== null) wrong.push({ place, ...difference });
    });
    expect(wrong).toEqual([]);
  });
});

it(
  "compiles them all",
  async () => {
    const { diagnostics } = await compile("typescript", `${folder}/tsconfig.json`);
    const wrong = [...diagnostics].filter(([place, text]) => {
      if (fragments.some((name) => place.includes(name))) return false;
      const sentence = allowed.get(place);
      return sentence === undefined || !says(text, sentence);
    });
    expect(wrong).toEqual([]);
  },
  2 * minutes,
);

describe("the public face", () => {
  const entries = program.entriesOf("src/index.ts");

  it("is read: names, namespaces and members", () => {
    const names = entries.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(["add", "nn.linear", "optim.sgd", "Tensor.item", "Tensor.add"]),
    );
    expect(names.length).toBeGreaterThan(250);
  });

  it("has a comment at every name", () => {
    expect(entries.filter(({ documented }) => !documented).map(({ name }) => name)).toEqual([]);
  });

  it("has an example at every function", () => {
    const missing = entries.filter(({ kind, example }) => kind === "function" && !example);
    expect(missing.map(({ name }) => name)).toEqual([]);
  });
});
