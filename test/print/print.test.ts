/**
 * Printing against NumPy itself: every case of print.golden.json (made by test/reference/print_goldens.py), to
 * the character, and the few promises that NumPy has no say in.
 */

import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { ShapeError, ValueError } from "../../src/errors.js";
import type { DType, TypedArray } from "../../src/graph/dtype.js";
import {
  formatArray,
  formatScalar,
  getPrintOptions,
  type PrintOptions,
  reprArray,
  setPrintOptions,
} from "../../src/tensor/print/index.js";

interface GoldenCase {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: string;
  readonly str: string;
  readonly repr: string;
  readonly options?: Partial<PrintOptions> & { readonly threshold?: number | null };
}

const CASES = JSON.parse(
  readFileSync(new URL("./print.golden.json", import.meta.url), "utf8"),
) as readonly GoldenCase[];

function decode(golden: GoldenCase): TypedArray {
  const bytes = Uint8Array.from(Buffer.from(golden.data, "base64")).buffer;
  switch (golden.dtype) {
    case "float32":
      return new Float32Array(bytes);
    case "float64":
      return new Float64Array(bytes);
    case "int32":
      return new Int32Array(bytes);
    case "uint8":
    case "bool":
      return new Uint8Array(bytes);
  }
}

/** The elements of a case: its block, repeated until the shape is full, without holding millions of copies. */
function elements(golden: GoldenCase): ArrayLike<number> {
  const block = decode(golden);
  const size = golden.shape.reduce((product, length) => product * length, 1);
  if (size === block.length) return block;
  return virtualArray(size, (index) => block[index % block.length] as number);
}

function virtualArray(length: number, read: (index: number) => number): ArrayLike<number> {
  return new Proxy([] as number[], {
    get: (_, key) => (key === "length" ? length : read(Number(key))),
  });
}

function optionsOf(golden: GoldenCase): Partial<PrintOptions> {
  const { threshold, ...rest } = golden.options ?? {};
  return threshold === undefined ? rest : { ...rest, threshold: threshold ?? Infinity };
}

const defaults = getPrintOptions();
afterEach(() => {
  setPrintOptions(defaults);
});

describe("printing", () => {
  it("has enough cases to mean something", () => {
    expect(CASES.length).toBeGreaterThanOrEqual(600);
  });

  it("gives what NumPy's str gives", () => {
    for (const golden of CASES) {
      const { dtype, shape } = golden;
      const text = formatArray(elements(golden), shape, dtype, optionsOf(golden));
      expect(text, JSON.stringify(golden)).toBe(golden.str);
    }
  });

  it("gives what NumPy's repr gives", () => {
    for (const golden of CASES) {
      const { dtype, shape } = golden;
      const text = reprArray(elements(golden), shape, dtype, optionsOf(golden));
      expect(text, JSON.stringify(golden)).toBe(golden.repr);
    }
  });

  it("gives what NumPy gives under options set for everything", () => {
    for (const golden of CASES.filter((one) => one.options !== undefined)) {
      const before = setPrintOptions(optionsOf(golden));
      expect(reprArray(elements(golden), golden.shape, golden.dtype)).toBe(golden.repr);
      setPrintOptions(before);
    }
  });

  it("writes a scalar as str of the 0-d array", () => {
    for (const golden of CASES.filter((one) => one.shape.length === 0)) {
      expect(formatScalar(elements(golden)[0] as number, golden.dtype)).toBe(golden.str);
    }
  });
});

describe("a summary", () => {
  it("reads only the elements that it shows", () => {
    let reads = 0;
    const data = virtualArray(1_000_000, () => ++reads);
    formatArray(data, [1000, 1000], "float64");
    expect(reads).toBeLessThanOrEqual(2 * 36);
  });
});

describe("float32 values given as float64", () => {
  it("are rounded to float32 before they are printed", () => {
    expect(formatArray([0.1, 0.1 + 1e-12], [2], "float32")).toBe("[0.1 0.1]");
    expect(formatScalar(0.1 + 1e-12, "float32")).toBe("0.1");
  });
});

describe("options", () => {
  it("are put back by what setPrintOptions returned", () => {
    const before = setPrintOptions({ precision: 3 });
    expect(formatArray([2 / 3], [1], "float64")).toBe("[0.667]");
    setPrintOptions(before);
    expect(formatArray([2 / 3], [1], "float64")).toBe("[0.66666667]");
  });

  it("that make no sense are refused", () => {
    expect(() => setPrintOptions({ precision: -1 })).toThrow(ValueError);
    expect(() => setPrintOptions({ edgeitems: 1.5 })).toThrow("edgeitems must be an integer >= 0, got 1.5");
    expect(() => formatArray([1], [1], "float32", { threshold: Number.NaN })).toThrow(ValueError);
    expect(() => formatArray([1], [1], "float32", { linewidth: Number.NaN })).toThrow(ValueError);
    expect(getPrintOptions()).toEqual(defaults);
  });
});

describe("a shape that the data does not fill", () => {
  it("is refused with both sizes", () => {
    expect(() => formatArray([1, 2, 3], [2, 2], "int32")).toThrow(ShapeError);
    expect(() => reprArray([1, 2, 3], [2, 2], "int32")).toThrow(
      "shape (2, 2) needs 4 elements, but the data has 3",
    );
  });
});
