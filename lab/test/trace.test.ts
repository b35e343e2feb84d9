import { describe, expect, test } from "vitest";
import { biasesOf, drawn, totalOf, weightsOf } from "../src/lib/chapters/07-layers/lesson.js";
import {
  CLASSIC,
  isPlace,
  layersOf,
  nameOf,
  passesOf,
  weightName,
} from "../src/lib/chapters/12-forward/lesson.js";
import { linesOf, program } from "../src/lib/chapters/12-forward/program.js";
import { textOf } from "../src/lib/code/template.js";
import { passOf } from "../src/lib/figures/forward.js";
import { edgeNear, edgesIn, placesOf } from "../src/lib/figures/network.js";
import { edgesOf, largestOf, nodesOf, stepAt, traceFrom } from "../src/lib/figures/trace.js";

const near = (found: readonly number[], wanted: readonly number[], digits: number): void => {
  found.forEach((value, i) => {
    expect(value).toBeCloseTo(wanted[i]!, digits);
  });
};

describe("the forward pass", () => {
  test("is the lecture's", () => {
    const [first, second, third] = passesOf(CLASSIC);
    near(first!.sums, [0.3, 0.7, 1.1], 12);
    near(second!.sums, [0.51615984, 1.21402696], 7);
    near(third!.outputs, [0.31682708, 0.69627909], 7);
  });
  test("keeps each product", () => {
    const [pass] = passOf(
      [
        {
          weights: [
            [2, -3],
            [0.5, 4],
          ],
          biases: [1, 0],
          activation: "step",
        },
      ],
      [1, -2],
    );
    expect(pass!.products).toEqual([
      [2, -3],
      [-1, -8],
    ]);
    expect(pass!.sums).toEqual([2, -11]);
    expect(pass!.outputs).toEqual([1, 0]);
  });
});

describe("where from", () => {
  const passes = passesOf(CLASSIC);
  test("goes back along the largest product", () => {
    const trace = traceFrom(passes, { layer: 3, node: 1 });
    expect(nodesOf(trace)).toEqual(["3.1", "2.1", "1.2", "0.0"]);
    expect(edgesOf(trace)).toEqual(["2.1.1", "1.2.1", "0.0.2"]);
    expect(trace.input).toEqual({ layer: 0, node: 0, value: 1 });
  });
  test("takes a negative product for its size", () => {
    expect(largestOf([1, -3, 2])).toBe(1);
    expect(largestOf([-2, 2])).toBe(0);
    const negative = passOf([{ weights: [[1], [-9]], biases: [0], activation: "identity" }], [1, 1]);
    expect(nodesOf(traceFrom(negative, { layer: 1, node: 0 }))).toEqual(["1.0", "0.1"]);
  });
  test("adds up: products and bias are the sum", () => {
    for (const layer of [1, 2, 3]) {
      const step = stepAt(passes, { layer, node: 0 });
      const sum = step.terms.reduce((all, { product }) => all + product, step.bias);
      expect(sum).toBeCloseTo(step.sum, 12);
    }
  });
  test("an input is its own end", () => {
    expect(traceFrom(passes, { layer: 0, node: 1 })).toEqual({
      steps: [],
      input: { layer: 0, node: 1, value: 0.5 },
    });
  });
  test("finds its lines in the program", () => {
    const text = textOf(program(CLASSIC));
    const lines = text.split("\n");
    expect(linesOf(text, 0).map((i) => lines[i])).toEqual(["const X = array([1, 0.5]);"]);
    expect(linesOf(text, 2).map((i) => lines[i]!.slice(0, 8))).toEqual(["const A2", "const Z2"]);
    expect(linesOf(text, 3).map((i) => lines[i]!.slice(0, 8))).toEqual(["const A3", "const Y "]);
  });
});

test("names follow the lecture: where it arrives, then where it starts", () => {
  expect(weightName(0, 1, 0)).toBe("w⁽¹⁾₁₂");
  expect(weightName(2, -1, 1)).toBe("b⁽³⁾₂");
  expect([nameOf(0, 1), nameOf(1, 0), nameOf(3, 1)]).toEqual(["x₂", "z⁽¹⁾₁", "y₂"]);
  expect(["0.1", "3.1", "0.1.2", "2.-1.1"].map(isPlace)).toEqual([true, true, true, true]);
  expect(["0.2", "4.0", "0.2.0", "3.0.0", "2.-2.0", "1.0.2"].map(isPlace)).toEqual(Array(6).fill(false));
});

test("weights and biases are counted", () => {
  expect(weightsOf([784, 50, 100, 10])).toEqual([39_200, 5000, 1000]);
  expect(totalOf(weightsOf([784, 50, 100, 10]))).toBe(45_200);
  expect(totalOf(biasesOf([784, 50, 100, 10]))).toBe(160);
});

test("a drawn network has its sizes, and comes again from its seed", () => {
  const layers = drawn([2, 5, 1], 7);
  expect(layers.map(({ weights, biases }) => [weights.length, weights[0]!.length, biases.length])).toEqual([
    [2, 5, 5],
    [5, 1, 1],
  ]);
  expect(drawn([2, 5, 1], 7)).toEqual(layers);
  expect(drawn([2, 5, 1], 8)).not.toEqual(layers);
});

test("the line nearest to a press", () => {
  const { W, B } = CLASSIC;
  const places = placesOf(560, [2, 3, 2, 2], true, 16);
  const edges = edgesIn(places, W, B);
  expect(edges.length).toBe(
    layersOf(CLASSIC).reduce((all, { weights, biases }) => all + (weights.length + 1) * biases.length, 0),
  );
  for (const { key, a, b } of edges) {
    const near = edgeNear(edges, [a[0] + 0.12 * (b[0] - a[0]), a[1] + 0.12 * (b[1] - a[1])], 14);
    expect(near?.key).toBe(key);
  }
  expect(edgeNear(edges, [0, 0], 14)).toBeUndefined();
});
