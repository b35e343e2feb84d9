/**
 * Random graphs over all primitives: the device agrees with the interpreter.
 *
 * What must agree to the bit: integers, bools, and floats that only movement, comparison, selection and single additions,
 * products, quotients and roots have made. Where sums and approximated functions take part, each value may be off by
 * 16 times the spread that the interpreter itself shows when its roundings are moved by up to 4 last places, by 4 times
 * the root mean square of that spread over the array, and by 16 last places. Graphs in which such a spread would change
 * an integer or a comparison are not made. (`random/trial.ts`)
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { forgetNodes, topological, verify } from "../../src/graph/index.js";
import { disableTransforms } from "../../src/targets/known-programs.js";
import { everyPrimitive } from "../primitives/samples.js";
import { underTest, useThreads } from "../setup/under-test.js";
import { asCode, fault, shrink } from "./random/check.js";
import { Dice } from "./random/dice.js";
import { randomGraph } from "./random/generate.js";
import { STEP_NAMES } from "./step-names.js";

/** On native each graph takes the C compiler a moment, so that the whole number is for `scripts/native-matrix.mjs`. */
const GRAPHS = Number(process.env.MARU_TEST_GRAPHS ?? 2000);
const BATCH = 100;
const seen = new Set<string>();
let largest = 0;

function check(seed: number): void {
  const { roots, trials } = randomGraph(seed);
  verify(roots);
  const below = topological(roots, (node) => node.storage !== undefined);
  largest = Math.max(largest, below.length);
  for (const { op } of below) seen.add(op);
  const inPlace = seed % 2 === 0;
  const wrong = fault(underTest, roots, trials, inPlace);
  if (wrong === undefined) return;
  const small = shrink(underTest, roots, inPlace);
  expect.fail(`seed ${seed}: ${wrong}\nAt its smallest: ${small.fault}\n${asCode(small.roots)}`);
}

beforeAll(() => void useThreads(2));
afterAll(() => {
  disableTransforms(new Set());
  useThreads();
});

describe(`${GRAPHS} random graphs agree with the interpreter`, () => {
  for (let from = 1; from <= GRAPHS; from += BATCH) {
    test(`${from} to ${from + BATCH - 1}`, () => {
      for (let seed = from; seed < from + BATCH; seed++) {
        // Every third graph is compiled without some of the transforms, every second may write over its leaves.
        const dice = new Dice(seed);
        const without = seed % 3 === 0 ? dice.some(STEP_NAMES.length, 0.3).map((i) => STEP_NAMES[i]!) : [];
        disableTransforms(new Set(without));
        check(seed);
      }
      forgetNodes();
    });
  }

  test.runIf(GRAPHS >= 2000)("every primitive was there, and long graphs too", () => {
    // A custom rule is a mark that only derivatives know of.
    expect(everyPrimitive.filter((op) => !seen.has(op) && op !== "custom")).toEqual([]);
    expect(largest).toBeGreaterThan(60);
  });
});
