/** The verifier finds each way in which a graph can be broken. */
import { describe, expect, test } from "vitest";
import { VerificationError } from "../../src/errors.js";
import {
  buffer,
  constant,
  type DType,
  iota,
  type Meta,
  type Node,
  type Primitive,
  type PrimitiveAttrs,
  storageOf,
  unary,
  verify,
} from "../../src/graph/index.js";
import { Node as NodeClass, node } from "../../src/graph/node.js";

const of = (shape: readonly number[], dtype: DType = "float32"): Node => {
  const length = shape.reduce((a, b) => a * b, 1);
  const data =
    dtype === "float32"
      ? new Float32Array(length)
      : dtype === "float64"
        ? new Float64Array(length)
        : dtype === "int32"
          ? new Int32Array(length)
          : new Uint8Array(length);
  return buffer(data, shape, dtype);
};

/** A node made past its rules. */
const forged = <P extends Primitive>(
  op: P,
  sources: readonly Node[],
  attrs: PrimitiveAttrs[P],
  shape: readonly number[],
  dtype: DType = "float32",
): Node => new NodeClass(op, sources, attrs, { shape, dtype } satisfies Meta);

const [vector, matrix, ints, flags] = [of([3]), of([2, 3]), of([3], "int32"), of([3], "bool")];

const broken: readonly (readonly [string, Node, RegExp])[] = [
  ["an unknown primitive", forged("nonsense" as Primitive, [], {} as never, []), /no such primitive/],
  ["a fractional size", forged("iota", [], { size: 2.5 }, [2.5], "int32"), /whole numbers/],
  ["a negative size", forged("iota", [], { size: -1 }, [-1], "int32"), /whole numbers/],
  ["too few sources", forged("add", [vector], {}, [3]), /takes 2 sources, got 1/],
  ["too many sources", forged("exp", [vector, vector], {}, [3]), /takes 1 sources, got 2/],
  ["integers where floats are needed", forged("exp", [ints], {}, [3], "int32"), /takes float sources/],
  ["bools where numbers are needed", forged("add", [flags, flags], {}, [3], "bool"), /takes number sources/],
  ["floats where integers are needed", forged("and", [vector, vector], {}, [3]), /takes integer sources/],
  ["a float key", forged("random", [vector], { shape: [2], dtype: "float32" }, [2]), /takes int32 sources/],
  ["shapes that differ", forged("add", [vector, matrix], {}, [3]), /differ in shape/],
  ["dtypes that differ", forged("add", [vector, of([3], "float64")], {}, [3]), /differ in dtype/],
  ["a condition that is not bool", forged("where", [vector, vector, vector], {}, [3]), /not bool/],
  [
    "a condition of another shape",
    forged("where", [of([2], "bool"), vector, vector], {}, [3]),
    /another shape/,
  ],
  ["branches that differ", forged("where", [flags, vector, ints], {}, [3]), /differ in dtype/],
  ["a shape that is not the rule's", forged("exp", [vector], {}, [4]), /the rule gives float32\(3,\)/],
  [
    "a dtype that is not the rule's",
    forged("lt", [vector, vector], {}, [3], "float32"),
    /the rule gives bool/,
  ],
  ["a fraction in integers", forged("constant", [], { value: 0.5, dtype: "int32" }, [], "int32"), /fraction/],
  ["an axis that is not there", forged("sum", [vector], { axes: [1] }, [3]), /increasing axes/],
  ["axes out of order", forged("sum", [matrix], { axes: [1, 0] }, []), /increasing axes/],
  ["a reshape that loses elements", forged("reshape", [matrix], { shape: [5] }, [5]), /does not fill/],
  ["a repeated axis", forged("permute", [matrix], { axes: [0, 0] }, [2, 2]), /no permutation/],
  ["a stretch of more than one", forged("expand", [matrix], { shape: [4, 3] }, [4, 3]), /does not stretch/],
  [
    "a negative border",
    forged("pad", [vector], { low: [-1], high: [0], interior: [0], value: 0 }, [2]),
    /widths/,
  ],
  [
    "a slice that leaves the array",
    forged("slice", [vector], { start: [1], size: [3], step: [1] }, [3]),
    /leaves/,
  ],
  ["a step of zero", forged("slice", [vector], { start: [0], size: [2], step: [0] }, [2]), /leaves/],
  ["parts that do not join", forged("concat", [vector, matrix], { axis: 0 }, [5]), /do not join/],
  [
    "a window that does not fit",
    forged("windows", [vector], { axes: [0], size: [4], stride: [1], dilation: [1] }, [1, 4]),
    /does not fit/,
  ],
  [
    "a fold of other windows",
    forged("fold", [matrix], { axes: [0], size: [2], stride: [1], dilation: [1], shape: [9] }, [9]),
    /not the windows/,
  ],
  [
    "a contraction that does not meet",
    forged("contract", [vector, matrix], { batchA: [], batchB: [], sumA: [0], sumB: [0] }, [3]),
    /do not meet/,
  ],
  ["a float index", forged("gather", [vector, vector], { axes: [0] }, [3]), /int32 index/],
  [
    "updates that do not fit",
    forged("scatter", [vector, of([2]), ints], { axes: [0], mode: "add" }, [3]),
    /updates/,
  ],
  [
    "a value of the wrong length",
    withStorage(unary("exp", of([4])), 5, "float32"),
    /its value has 5 elements/,
  ],
  ["a value of the wrong dtype", withStorage(unary("log", of([4])), 4, "float64"), /of float64/],
];

function withStorage(node: Node, length: number, dtype: "float32" | "float64"): Node {
  node.storage = storageOf(dtype, dtype === "float32" ? new Float32Array(length) : new Float64Array(length));
  return node;
}

describe("rejects", () => {
  test.each(broken)("%s", (_, root, words) => {
    expect(() => verify([root])).toThrow(VerificationError);
    expect(() => verify([root])).toThrow(words);
  });

  test("a broken node deep inside, and names it", () => {
    const bad = forged("exp", [vector], {}, [4]);
    const root = new NodeClass("neg", [bad], {}, { shape: [4], dtype: "float32" });
    expect(() => verify([constant(1, "float32"), root])).toThrow(new RegExp(`node ${bad.id} = exp`));
  });

  test("a circle", () => {
    const sources: Node[] = [vector];
    const first = new NodeClass("neg", sources, {}, { shape: [3], dtype: "float32" });
    sources[0] = new NodeClass("exp", [first], {}, { shape: [3], dtype: "float32" });
    expect(() => verify([first])).toThrow(/does not come before it/);
  });
});

test("accepts what builders make, and counts it", () => {
  const x = of([3]);
  expect(verify([node("add", [x, unary("exp", x)], {}), iota(3)])).toBe(4);
});
