/**
 * The programs as a user runs them: what they print, to the character, with the lecture's own values among it; and their
 * pictures, files of the right size with the curves and regions that belong in them.
 */
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { decode } from "fast-png";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { listPrograms, removePictures, runProgram } from "./run.js";
import { isGrey, numbersOf, pathsOf, place } from "./svg.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const programs = await listPrograms();

beforeAll(() => {
  vi.stubEnv("NO_COLOR", "1");
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await removePictures();
});

describe("the whole output", () => {
  it.each(programs)("%s", async (name) => {
    const { output } = await runProgram(name);
    await expect(output).toMatchFileSnapshot(`expected/${name}.txt`);
  });
});

/** What Python and NumPy 2.4 print for the same lines, as the lecture shows it where it does. */
const lectureValues: [program: string, what: string, printed: string][] = [
  ["01-perceptron", "AND by its threshold", "AND(0,0)= 0\nAND(0,1)= 0\nAND(1,0)= 0\nAND(1,1)= 1"],
  ["03-weight-and-bias", "w * x", "w * x           [0.  0.5]\n"],
  ["03-weight-and-bias", "its sum", "sum(w * x)      0.5\n"],
  ["03-weight-and-bias", "the sum and the bias", "sum(w * x) + b  -0.19999999999999996\n"],
  ["06-xor-from-gates", "XOR", "XOR(0,0)= 0\nXOR(0,1)= 1\nXOR(1,0)= 1\nXOR(1,1)= 0"],
  ["08-step-function", "an array", "x       [-1.  1.  2.]\n"],
  ["08-step-function", "a comparison", "x > 0   [False  True  True]\n"],
  ["08-step-function", "its numbers", "step(x) [0 1 1]\n"],
  [
    "08-step-function",
    "the step function from -5 to 5",
    `[${"0 ".repeat(36)}0\n${" 0".repeat(14)}${" 1".repeat(23)}\n${" 1".repeat(26)}]`,
  ],
  ["09-sigmoid", "1.0 + t", "1.0 + t     [2. 3. 4.]\n"],
  ["09-sigmoid", "1.0 / t", "1.0 / t     [1.         0.5        0.33333333]\n"],
  ["09-sigmoid", "sigmoid", "sigmoid(x)  [0.26894142 0.73105858 0.88079708]\n"],
  ["12-relu", "ReLU", "relu(x)   [0. 1. 2.]\n"],
  ["13-arrays", "a 1-d array", "A = [1 2 3 4]\nA.ndim      1\nA.shape     (4,)\nA.shape[0]  4\n"],
  ["13-arrays", "a 2-d array", "B =\n[[1 2]\n [3 4]\n [5 6]]\nB.ndim      2\nB.shape     (3, 2)"],
  ["14-matrix-product", "2x2 times 2x2", "[[19 22]\n [43 50]]\n"],
  ["14-matrix-product", "(2,3) times (3,2)", "[[22 28]\n [49 64]]\n"],
  [
    "14-matrix-product",
    "(2,3) times (2,2)",
    "ShapeError: shapes (2,3) and (2,2) not aligned: 3 (dim 1) != 2 (dim 0)\n",
  ],
  ["14-matrix-product", "a matrix times a vector", "(3, 2) · (2,) = (3,)\n[23 53 83]\n"],
  ["15-network-product", "W", "[[1 3 5]\n [2 4 6]]\n"],
  ["15-network-product", "X · W", "[ 5 11 17]\n"],
  ["16-three-layer-network", "a1", "a1  (3,) [ 0.65 -0.4   0.25]\n"],
  ["16-three-layer-network", "z1", "z1  (3,) [0.65701046 0.40131234 0.5621765 ]\n"],
  ["16-three-layer-network", "a2", "a2  (2,) [0.48047064 0.47651327]\n"],
  ["16-three-layer-network", "z2", "z2  (2,) [0.617859  0.6169242]\n"],
  ["16-three-layer-network", "y", "y   (2,) [ 0.71748508 -0.17736301]\n"],
];

describe("the lecture's values", () => {
  it.each(lectureValues)("%s: %s", async (program, _, printed) => {
    expect((await runProgram(program)).output).toContain(printed);
  });
});

describe("the folder", () => {
  it("runs a program by its file", async () => {
    const file = "examples/13-arrays.ts";
    const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", file], { cwd: root });
    expect(stdout).toBe((await runProgram("13-arrays")).output);
  });

  it("lists every program in its README, in order, with the line that runs it", async () => {
    const readme = await readFile(`${root}examples/README.md`, "utf8");
    const listed = [...readme.matchAll(/`npx tsx examples\/(\d\d-[\w-]+)\.ts`/g)].map((match) => match[1]);
    expect(listed).toEqual(programs);
  });

  it("imports only what a user can, and says in each program how to run it", async () => {
    for (const name of programs) {
      const source = await readFile(`${root}examples/${name}.ts`, "utf8");
      const imported = [...source.matchAll(/from "([^"]+)"/g)].map((match) => match[1]);
      expect(new Set(["maru", "maru/plot", "./show.js", ...imported]).size, name).toBe(3);
      expect(source).toContain(`Run it: npx tsx examples/${name}.ts`);
    }
  });
});

/** Each picture with the program that draws it, and its size in the SVG; the PNG has twice as many pixels. */
const pictures: [picture: string, program: string, width: number, height: number][] = [
  ["04-decision-region", "04-decision-region", 640, 480],
  ["05-xor-one-line", "05-xor-one-line", 640, 480],
  ["06-xor-from-gates", "06-xor-from-gates", 640, 480],
  ["08-step-function", "08-step-function", 640, 400],
  ["09-sigmoid", "09-sigmoid", 640, 400],
  ["10-step-and-sigmoid", "10-step-and-sigmoid", 640, 400],
  ["11-linear-and-nonlinear", "11-linear-and-nonlinear", 640, 400],
  ["12-relu", "12-relu", 640, 400],
  ["17-learning", "17-learning", 640, 400],
  ["18-perceptron-rule", "18-perceptron-rule", 640, 400],
  ["19-xor-network-loss", "19-xor-network", 640, 400],
  ["19-xor-network-region", "19-xor-network", 640, 480],
  ["20-depth-neurons", "20-depth", 900, 400],
  ["20-depth-region", "20-depth", 640, 520],
];

const readSvg = async (picture: string, program: string): Promise<string> =>
  readFile(`${(await runProgram(program)).out}/${picture}.svg`, "utf8");

const readPng = async (picture: string, program: string) =>
  decode(await readFile(`${(await runProgram(program)).out}/${picture}.png`));

describe("the pictures", () => {
  it.each(pictures)("%s is an SVG and a PNG", async (picture, program, width, height) => {
    const svg = await readSvg(picture, program);
    expect(svg).toMatch(/^<svg /);
    expect(svg).toContain(`viewBox="0 0 ${width} ${height}"`);
    expect(await readPng(picture, program)).toMatchObject({ width: 2 * width, height: 2 * height });
  });

  it("has no others", async () => {
    const names = await Promise.all(
      [...new Set(pictures.map(([, program]) => program))].map(async (program) =>
        readdir((await runProgram(program)).out),
      ),
    );
    expect(names.flat().sort()).toEqual(
      pictures.flatMap(([picture]) => [`${picture}.png`, `${picture}.svg`]).sort(),
    );
  });
});

describe("the curves from -5 to 5", () => {
  /** The curve's points as values of x and y. */
  async function curve(picture: string, domain: readonly [number, number], which = 0) {
    const svg = await readSvg(picture, picture);
    const path = pathsOf(svg, "line")[which]!;
    const [left, right] = [place(svg, [0, 0], 0, 1), place(svg, [1, 1], 0, 1)];
    const numbers = numbersOf(path);
    return Array.from({ length: numbers.length / 2 }, (_, i) => ({
      x: -5 + (10 * (numbers[2 * i]! - left.x)) / (right.x - left.x),
      y: domain[0] + ((domain[1] - domain[0]) * (numbers[2 * i + 1]! - left.y)) / (right.y - left.y),
    }));
  }
  const step = (x: number): number => Number(x > 0.01);
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

  it.each([
    ["08-step-function", [-0.1, 1.1], 0, step],
    ["09-sigmoid", [-0.1, 1.1], 0, sigmoid],
    ["10-step-and-sigmoid", [-0.1, 1.1], 0, step],
    ["10-step-and-sigmoid", [-0.1, 1.1], 1, sigmoid],
    ["12-relu", [-0.5, 5.5], 0, (x: number) => Math.max(0, x)],
  ] as const)(
    "%s %s: curve %s goes through 100 points of the function",
    async (picture, domain, which, f) => {
      const points = await curve(picture, domain, which);
      expect(points).toHaveLength(100);
      for (const [i, { x, y }] of points.entries()) {
        expect(x).toBeCloseTo(-5 + i / 10, 3);
        expect(y).toBeCloseTo(f(-5 + i / 10), 2);
      }
    },
  );
});

describe("grey is where a network answers 0", () => {
  it("covers OR's half-plane: (0,0), not (1,0), (0,1) or (1,1)", async () => {
    const svg = await readSvg("04-decision-region", "04-decision-region");
    const corners = [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ] as const;
    expect(corners.map((corner) => isGrey(svg, corner))).toEqual([true, false, false, false]);
    expect([isGrey(svg, [0.24, 0.24]), isGrey(svg, [0.26, 0.26])]).toEqual([true, false]);
  });

  it("has OR's grey in the PNG too", async () => {
    const svg = await readSvg("04-decision-region", "04-decision-region");
    const png = await readPng("04-decision-region", "04-decision-region");
    const pixel = (point: readonly [number, number]): number[] => {
      const { x, y } = place(svg, point, -0.5, 1.5);
      const start = (Math.round(2 * y) * png.width + Math.round(2 * x)) * png.channels;
      return [...png.data.subarray(start, start + 3)];
    };
    expect(pixel([-0.2, 0.2])).toEqual([0xd3, 0xd3, 0xd3]);
    expect(pixel([1.2, 1.2])).toEqual([255, 255, 255]);
  });

  it.each([
    ["06-xor-from-gates", "06-xor-from-gates"],
    ["19-xor-network-region", "19-xor-network"],
  ])("covers (0,0) and (1,1) for XOR in %s", async (picture, program) => {
    const svg = await readSvg(picture, program);
    const corners = [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ] as const;
    expect(corners.map((corner) => isGrey(svg, corner))).toEqual([true, false, false, true]);
  });
});
