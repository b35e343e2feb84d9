/**
 * One list of cases for both halves of every shape rule. `twins.test.ts` runs the functions over it, and
 * `test/types/types.test.ts` writes it out as type assertions for the compilers, so the two cannot come to differ.
 *
 * `expect` is the shape (or the number) that comes out, or the sentence of the error. Sentences are NumPy 2.4's, except
 * where a rule has no NumPy counterpart (linear, conv, pool, flatten, glu).
 */
import { slice } from "../../src/shape/index.js";

export interface Case {
  readonly rule: string;
  readonly inputs: readonly unknown[];
  readonly expect: readonly number[] | number | string;
}

const int32 = (...shape: number[]) => ({ shape, dtype: "int32" });

/** `[...inputs, expect]`, a row a case. */
const table: Record<string, readonly (readonly unknown[])[]> = {
  SizeOf: [
    [[], 1],
    [[2, 3], 6],
    [[0, 999999], 0],
    [[100000, 100000], 10000000000],
    [[999999, 999999], 999998000001],
    [[123456, 654321], 80779853376],
  ],
  ShapeOf: [
    [3, []],
    [true, []],
    [[], [0]],
    [
      [[], []],
      [2, 0],
    ],
    [[1, 2, 3], [3]],
    [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      [3, 2],
    ],
    [
      [[[1]], [[2]]],
      [2, 1, 1],
    ],
    [[[[[[[7]]]]]], [1, 1, 1, 1, 1, 1]],
    [[[1, 2], [3]], ragged(1, "(2,)")],
    [[[1, 2], 3], ragged(1, "(2,)")],
    [[[], [1]], ragged(1, "(2,)")],
    [
      [
        [[1], [2, 3]],
        [[1], [2]],
      ],
      ragged(2, "(2,2)"),
    ],
    [[[[1]], [2]], ragged(2, "(2,1)")],
    [[[[]], [1]], ragged(2, "(2,1)")],
    [
      [
        [
          [1, 2],
          [3, 4],
        ],
        [[1, 2], [3]],
      ],
      ragged(2, "(2,2)"),
    ],
  ],
  Broadcast: [
    [[], [], []],
    [[2, 3], [], [2, 3]],
    [[2, 3], [3], [2, 3]],
    [
      [2, 1],
      [1, 3],
      [2, 3],
    ],
    [
      [4, 1, 3],
      [2, 1],
      [4, 2, 3],
    ],
    [
      [0, 3],
      [1, 3],
      [0, 3],
    ],
    [
      [100000, 1, 3, 1, 5, 1],
      [2, 1, 4, 1, 999999],
      [100000, 2, 3, 4, 5, 999999],
    ],
    [[2, 3], [4], "operands could not be broadcast together with shapes (2,3) (4,)"],
    [[2], [3], "operands could not be broadcast together with shapes (2,) (3,)"],
    [[2, 0], [2, 2], "operands could not be broadcast together with shapes (2,0) (2,2)"],
    [[100, 60], [60, 100], "operands could not be broadcast together with shapes (100,60) (60,100)"],
  ],
  BroadcastAll: [
    [[], []],
    [
      [[2, 3], [3], [1, 1]],
      [2, 3],
    ],
    [[[2, 3], [4], [5]], "operands could not be broadcast together with shapes (2,3) (4,) (5,)"],
  ],
  BroadcastTo: [
    [[3], [2, 3], [2, 3]],
    [[], [4, 4], [4, 4]],
    [
      [1, 3],
      [2, 5, 3],
      [2, 5, 3],
    ],
    [[1], [0], [0]],
    [[3], [2], remapped("(3,)", "(2,)")],
    [[2, 3], [4, 3], remapped("(2,3)", "(4,3)")],
    [[2, 3], [3], "input operand has more dimensions than allowed by the axis remapping"],
    [[1], [], "cannot broadcast a non-scalar to a scalar array"],
    [[3], [-1, 3], "all elements of broadcast shape must be non-negative"],
  ],
  Dot: [
    [[], [2, 3], [2, 3]],
    [[2, 3], [], [2, 3]],
    [[3], [3], []],
    [[2, 3], [3], [2]],
    [[3], [3, 2], [2]],
    [
      [2, 3],
      [3, 2],
      [2, 2],
    ],
    [[4, 2, 3], [3], [4, 2]],
    [
      [4, 2, 3],
      [5, 3, 2],
      [4, 2, 5, 2],
    ],
    [
      [2, 3, 4, 5, 6, 784],
      [784, 999999],
      [2, 3, 4, 5, 6, 999999],
    ],
    [[2, 3], [2, 2], "shapes (2,3) and (2,2) not aligned: 3 (dim 1) != 2 (dim 0)"],
    [[3], [2], "shapes (3,) and (2,) not aligned: 3 (dim 0) != 2 (dim 0)"],
    [[2, 3], [2], "shapes (2,3) and (2,) not aligned: 3 (dim 1) != 2 (dim 0)"],
    [[3], [2, 3], "shapes (3,) and (2,3) not aligned: 3 (dim 0) != 2 (dim 0)"],
    [[4, 2, 3], [4, 2, 3], "shapes (4,2,3) and (4,2,3) not aligned: 3 (dim 2) != 2 (dim 1)"],
    [[100, 784], [768, 50], "shapes (100,784) and (768,50) not aligned: 784 (dim 1) != 768 (dim 0)"],
  ],
  Matmul: [
    [[3], [3], []],
    [[2, 3], [3], [2]],
    [[3], [5, 3, 2], [5, 2]],
    [[5, 2, 3], [3], [5, 2]],
    [
      [2, 3],
      [3, 4],
      [2, 4],
    ],
    [
      [7, 1, 2, 3],
      [5, 3, 4],
      [7, 5, 2, 4],
    ],
    [
      [1, 2, 3, 4, 5, 6],
      [9, 1, 3, 1, 6, 7],
      [9, 2, 3, 4, 5, 7],
    ],
    [[2, 3], [2, 2], core(2, 3)],
    [[2, 2, 3], [3, 4, 2], core(4, 3)],
    [[], [2, 3], tooFew(0)],
    [[2, 3], [], tooFew(1)],
    [
      [4, 2, 3],
      [5, 3, 2],
      "operands could not be broadcast together with remapped shapes [original->remapped]: (4,2,3)->(4,newaxis,newaxis) (5,3,2)->(5,newaxis,newaxis)  and requested shape (2,2)",
    ],
    [
      [2, 4, 2, 3],
      [5, 3, 7],
      "operands could not be broadcast together with remapped shapes [original->remapped]: (2,4,2,3)->(2,4,newaxis,newaxis) (5,3,7)->(5,newaxis,newaxis)  and requested shape (2,7)",
    ],
  ],
  Outer: [
    [[3], [4], [3, 4]],
    [[2, 3], [4], [6, 4]],
  ],
  Linear: [
    [[784], 784, 50, [50]],
    [[100, 784], 784, 256, [100, 256]],
    [[100, 60], 784, 10, "linear: expected last dimension 784, got 60 in shape (100,60)"],
    [[], 784, 10, "linear: expected last dimension 784, got shape ()"],
  ],
  Einsum: [
    [
      "ij,jk->ik",
      [
        [2, 3],
        [3, 4],
      ],
      [2, 4],
    ],
    [
      "ij, jk",
      [
        [2, 3],
        [3, 4],
      ],
      [2, 4],
    ],
    ["ba", [[2, 3]], [3, 2]],
    ["ii", [[3, 3]], []],
    ["ii->i", [[3, 3]], [3]],
    ["i,j->ij", [[2], [3]], [2, 3]],
    [
      "bij,bjk->bik",
      [
        [8, 2, 1],
        [8, 5, 4],
      ],
      [8, 2, 4],
    ],
    [
      "ij,jk->ik",
      [
        [2, 3],
        [2, 2],
      ],
      "Size of label 'j' for operand 1 (2) does not match previous terms (3).",
    ],
    ["ii", [[2, 3]], "dimensions in operand 0 for collapsing index 'i' don't match (2 != 3)"],
    ["ijk", [[2, 3]], "einstein sum subscripts string contains too many subscripts for operand 0"],
    [
      "i",
      [[2, 3]],
      "operand has more dimensions than subscripts given in einstein sum, but no '...' ellipsis provided to broadcast the extra dimensions.",
    ],
    [
      "ij->iz",
      [[2, 3]],
      "einstein sum subscripts string included output subscript 'z' which never appeared in an input",
    ],
    ["ij->ii", [[2, 3]], "einstein sum subscripts string includes output subscript 'i' multiple times"],
    ["i$", [[2, 3]], "invalid subscript '$' in einsum subscripts string, subscripts must be letters"],
    [
      "ij,jk",
      [[2, 3]],
      "fewer operands provided to einstein sum function than specified in the subscripts string",
    ],
    [
      "ij",
      [[2, 3], [3]],
      "more operands provided to einstein sum function than specified in the subscripts string",
    ],
  ],
  Reshape: [
    [
      [2, 3],
      [3, 2],
      [3, 2],
    ],
    [[2, 3], [-1], [6]],
    [
      [2, 3, 4],
      [4, -1],
      [4, 6],
    ],
    [
      [60000, 784],
      [-1, 28, 28],
      [60000, 28, 28],
    ],
    [[], [1, 1], [1, 1]],
    [[1], [], []],
    [
      [0, 3],
      [-1, 3],
      [0, 3],
    ],
    [
      [999999, 999998, 999997],
      [999997, -1, 999999],
      [999997, 999998, 999999],
    ],
    [
      [100000, 100001, 100002, 100003, 100004, 100005],
      [100005, 100004, 100003, 100002, 100001, 100000],
      [100005, 100004, 100003, 100002, 100001, 100000],
    ],
    [
      [100000, 100001, 100002, 100003, 100004, 100005],
      [100005, 100004, 100003, 100002, 100001, 100001],
      "cannot reshape array of size 1000150008500225002740012000000 into shape (100005,100004,100003,100002,100001,100001)",
    ],
    [[2, 3], [4, 2], "cannot reshape array of size 6 into shape (4,2)"],
    [[2, 3], [7], "cannot reshape array of size 6 into shape (7,)"],
    [[2, 3], [], "cannot reshape array of size 6 into shape ()"],
    [[2, 3], [4, -1], "cannot reshape array of size 6 into shape (4,newaxis)"],
    [[2, 3], [2, -1, 4], "cannot reshape array of size 6 into shape (2,newaxis,4)"],
    [[2, 3], [-1, 4], "cannot reshape array of size 6 into shape (4)"],
    [[0, 3], [-1, 0], "cannot reshape array of size 0 into shape (0)"],
    [[2, 3], [-1, -1], "can only specify one unknown dimension"],
    [[2, 3], [-2, 3], "negative dimensions are not allowed"],
  ],
  Ravel: [
    [[2, 3], [6]],
    [[], [1]],
  ],
  Flatten: [
    [[], 0, -1, [1]],
    [[2, 3, 4], 0, -1, [24]],
    [[64, 16, 13, 13], 1, -1, [64, 2704]],
    [[2, 3, 4, 5], 1, 2, [2, 12, 5]],
    [[2, 3], 2, -1, "axis 2 is out of bounds for array of dimension 2"],
    [[2, 3, 4], 2, 1, "flatten: the start axis must not come after the end axis"],
  ],
  Glu: [
    [[4], -1, [2]],
    [[2, 6], 1, [2, 3]],
    [[8, 3], 0, [4, 3]],
    [[0, 3], 0, [0, 3]],
    [[2, 3], -1, "glu: axis 1 of shape (2,3) has size 3, which has no halves"],
    [[2, 3], 2, "axis 2 is out of bounds for array of dimension 2"],
  ],
  Transpose: [
    [[2, 3, 4], undefined, [4, 3, 2]],
    [
      [2, 3, 4],
      [2, 0, 1],
      [4, 2, 3],
    ],
    [
      [2, 3],
      [-1, 0],
      [3, 2],
    ],
    [[1, 2, 3, 4, 5, 6], null, [6, 5, 4, 3, 2, 1]],
    [[2, 3], [0], "axes don't match array"],
    [[2, 3], [0, 2], "axis 2 is out of bounds for array of dimension 2"],
    [[2, 3], [0, -2], "repeated axis in transpose"],
  ],
  SwapAxes: [
    [[2, 3, 4], 0, -1, [4, 3, 2]],
    [[2, 3], 0, 2, "axis2: axis 2 is out of bounds for array of dimension 2"],
    [[2, 3], -3, 0, "axis1: axis -3 is out of bounds for array of dimension 2"],
  ],
  MoveAxis: [
    [[2, 3, 4], 0, -1, [3, 4, 2]],
    [[2, 3, 4], -1, 0, [4, 2, 3]],
    [[2, 3, 4], 1, 1, [2, 3, 4]],
    [[2, 3], 3, 0, "source: axis 3 is out of bounds for array of dimension 2"],
    [[2, 3], 0, 2, "destination: axis 2 is out of bounds for array of dimension 2"],
  ],
  Squeeze: [
    [[1, 3, 1], undefined, [3]],
    [[1, 3, 1], 0, [3, 1]],
    [[1, 3, 1], -1, [1, 3]],
    [[1, 3, 1], [0, 2], [3]],
    [[2, 3], 0, "cannot select an axis to squeeze out which has size not equal to one"],
    [[1, 3], 2, "axis 2 is out of bounds for array of dimension 2"],
    [[1, 3], [0, -2], "duplicate value in 'axis'"],
  ],
  Unsqueeze: [
    [[2, 3], 0, [1, 2, 3]],
    [[2, 3], -1, [2, 3, 1]],
    [
      [2, 3],
      [0, 3],
      [1, 2, 3, 1],
    ],
    [[2, 3], 3, "axis 3 is out of bounds for array of dimension 3"],
    [[2, 3], [0, 0], "repeated axis"],
  ],
  Reduce: [
    [[2, 3, 4], null, false, []],
    [[2, 3, 4], undefined, true, [1, 1, 1]],
    [[2, 3, 4], 1, false, [2, 4]],
    [[2, 3, 4], -1, true, [2, 3, 1]],
    [[2, 3, 4], [0, -1], false, [3]],
    [[2, 3, 4], [2, 0], true, [1, 3, 1]],
    [[2, 3], [], false, [2, 3]],
    [[1, 2, 3, 4, 5, 6], [1, 3, 5], false, [1, 3, 5]],
    [[2, 3], 2, false, "axis 2 is out of bounds for array of dimension 2"],
    [[2, 3], -3, true, "axis -3 is out of bounds for array of dimension 2"],
    [[2, 3], [0, -2], false, "duplicate value in 'axis'"],
  ],
  Concatenate: [
    [
      [
        [2, 3],
        [4, 3],
      ],
      0,
      [6, 3],
    ],
    [
      [
        [2, 3],
        [2, 5],
        [2, 1],
      ],
      -1,
      [2, 9],
    ],
    [
      [
        [400000, 2],
        [600000, 2],
      ],
      0,
      [1000000, 2],
    ],
    [
      [
        [2, 3],
        [2, 4],
      ],
      0,
      "all the input array dimensions except for the concatenation axis must match exactly, but along dimension 1, the array at index 0 has size 3 and the array at index 1 has size 4",
    ],
    [
      [
        [2, 3],
        [2, 4],
        [3, 4],
      ],
      1,
      "all the input array dimensions except for the concatenation axis must match exactly, but along dimension 0, the array at index 0 has size 2 and the array at index 2 has size 3",
    ],
    [
      [[2, 3], [2]],
      0,
      "all the input arrays must have same number of dimensions, but the array at index 0 has 2 dimension(s) and the array at index 1 has 1 dimension(s)",
    ],
    [[[], []], 0, "zero-dimensional arrays cannot be concatenated"],
    [[], 0, "need at least one array to concatenate"],
    [
      [
        [2, 3],
        [2, 4],
      ],
      2,
      "axis 2 is out of bounds for array of dimension 2",
    ],
  ],
  Stack: [
    [
      [
        [2, 3],
        [2, 3],
      ],
      0,
      [2, 2, 3],
    ],
    [
      [
        [2, 3],
        [2, 3],
        [2, 3],
      ],
      -1,
      [2, 3, 3],
    ],
    [[[], []], 0, [2]],
    [[[2], [3]], 0, "all input arrays must have the same shape"],
    [[[2], [2]], 2, "axis 2 is out of bounds for array of dimension 2"],
    [[], 0, "need at least one array to stack"],
  ],
  Split: [
    [[6, 2], 3, 0, [2, 2]],
    [[2, 60000], 100, -1, [2, 600]],
    [[5], 2, 0, "array split does not result in an equal division"],
    [[5], 0, 0, "number sections must be larger than 0"],
    [[5], 1, 1, "axis 1 is out of bounds for array of dimension 1"],
  ],
  Tile: [
    [[2, 3], 2, [2, 6]],
    [
      [2, 3],
      [2, 1, 2],
      [2, 2, 6],
    ],
    [[2, 3], [], [2, 3]],
    [[2, 3], [-2, 1], "negative dimensions are not allowed"],
  ],
  Repeat: [
    [[2, 3], 2, undefined, [12]],
    [[2, 3], 2, 1, [2, 6]],
    [[2, 3], 2, 2, "axis 2 is out of bounds for array of dimension 2"],
    [[2, 3], -1, 0, "negative dimensions are not allowed"],
  ],
  Pad: [
    [[2, 3], 1, [4, 5]],
    [
      [2, 3],
      [1, 2],
      [5, 6],
    ],
    [[2, 3], [2], [6, 7]],
    [[2, 3], [[1, 2]], [5, 6]],
    [
      [2, 3],
      [[1], [2]],
      [4, 7],
    ],
    [
      [2, 3],
      [
        [1, 2],
        [0, 3],
      ],
      [5, 6],
    ],
    [[2, 3], -1, "index can't contain negative values"],
    [[2, 3], [1, 2, 3], remapped("(3,)", "(2,2)")],
    [
      [2, 3],
      [
        [1, 2],
        [1, 2],
        [1, 2],
      ],
      remapped("(3,2)", "(2,2)"),
    ],
  ],
  ConvOut: [
    [28, 3, 1, 0, 1, 26],
    [28, 3, 1, 1, 1, 28],
    [224, 7, 2, 3, 1, 112],
    [32, 3, 1, 0, 2, 28],
    [100000, 11, 4, 2, 1, 24999],
    [2, 3, 1, 0, 1, 0],
  ],
  Conv: [
    [[64, 1, 28, 28], [16, 1, 3, 3], {}, [64, 16, 26, 26]],
    [[3, 224, 224], [64, 3, 7, 7], { stride: 2, padding: 3 }, [64, 112, 112]],
    [[8, 16, 100], [32, 4, 5], { groups: 4, dilation: 2 }, [8, 32, 92]],
    [[1, 3, 8, 8, 8], [4, 3, 3, 3, 3], { padding: 1 }, [1, 4, 8, 8, 8]],
    [[1, 3, 20, 30], [4, 3, 3, 5], { stride: [2, 3], padding: [0, 2] }, [1, 4, 9, 10]],
    [
      [4, 1, 28, 28],
      [16, 3, 3, 3],
      {},
      "conv2d: given groups=1 and weight of shape (16,3,3,3), expected input (4,1,28,28) to have 3 channels, but got 1 channels instead",
    ],
    [
      [4, 3, 2, 2],
      [16, 3, 3, 3],
      {},
      "conv2d: padded input size per channel: (2 x 2), kernel size: (3 x 3); the kernel can't be greater than the input",
    ],
    [
      [28, 28],
      [16, 1, 3, 3],
      {},
      "conv2d: expected input of rank 3 (unbatched) or 4 (batched), but got shape (28,28)",
    ],
    [
      [1, 4, 9],
      [3, 2, 3],
      { groups: 2 },
      "conv1d: expected the 3 output channels to be divisible by groups=2",
    ],
    [[8, 2, 9], [3, 2, 4], { padding: "same" }, [8, 3, 9]],
    [[8, 2, 9], [3, 2, 4], { padding: "valid", stride: 2 }, [8, 3, 3]],
    [
      [2, 5, 5],
      [4, 3, 3, 3],
      { padding: "same" },
      "conv2d: given groups=1 and weight of shape (4,3,3,3), expected input (2,5,5) to have 3 channels, but got 2 channels instead",
    ],
    [[1, 4, 9], [3], {}, "conv: expected a weight of shape (out, in, ...kernel), but got (3,)"],
    [[1, 4, 9], [3, 4], {}, "conv: expected a weight of shape (out, in, ...kernel), but got (3,4)"],
  ],
  ConvTranspose: [
    [[8, 16, 7, 7], [16, 4, 2, 2], { stride: 2 }, [8, 4, 14, 14]],
    [[8, 16, 7, 7], [16, 4, 3, 3], { stride: 2, padding: 1, outputPadding: 1 }, [8, 4, 14, 14]],
    [[16, 5], [16, 2, 4], { groups: 4, stride: 3, dilation: 2 }, [8, 19]],
    [[1, 2, 3, 4, 5], [2, 3, 1, 2, 3], { padding: [0, 0, 1] }, [1, 3, 3, 5, 5]],
    [
      [8, 3, 7, 7],
      [16, 4, 2, 2],
      {},
      "convTranspose2d: given weight of shape (16,4,2,2), expected input (8,3,7,7) to have 16 channels, but got 3 channels instead",
    ],
    [
      [1, 1, 2],
      [1, 1, 3],
      { padding: 2 },
      "convTranspose1d: nothing is left of an input of shape (1,1,2): the output would have the sizes (0,)",
    ],
    [
      [4, 4],
      [4, 4, 3, 3],
      {},
      "convTranspose2d: expected input of rank 3 (unbatched) or 4 (batched), but got shape (4,4)",
    ],
    [[1, 4, 9], [3, 4], {}, "convTranspose: expected a weight of shape (in, out, ...kernel), but got (3,4)"],
  ],
  ConvTransposeOut: [
    [7, 3, 2, 1, 1, 1, 14],
    [100000, 11, 4, 2, 1, 0, 400003],
    [5, 4, 3, 0, 2, 0, 19],
    [2, 3, 1, 2, 1, 0, 0],
    [0, 3, 1, 0, 1, 0, 0],
  ],
  AdaptivePool: [
    [[8, 16, 7, 9], 2, 1, [8, 16, 1, 1]],
    [[16, 7, 9], 2, [3, null], [16, 3, 9]],
    [[8, 4, 51], 1, 5, [8, 4, 5]],
    [
      [8, 4],
      2,
      1,
      "adaptivePool2d: expected input of rank 3 (unbatched) or 4 (batched), but got shape (8,4)",
    ],
  ],
  CeilOut: [
    [7, 2, 2, 0, 1, 4],
    [8, 3, 2, 1, 1, 5],
    [5, 2, 4, 1, 1, 2],
    [1, 2, 2, 0, 1, 1],
    [1, 4, 2, 0, 1, 0],
    [10000, 3, 2, 1, 2, 5000],
  ],
  Channels: [
    ["batchNorm2d", [8, 16, 5, 5], 16, { 4: 1 }, [8, 16, 5, 5]],
    [
      "batchNorm2d",
      [8, 3, 5, 5],
      16,
      { 4: 1 },
      "batchNorm2d: expected 16 channels (axis 1), got 3 in shape (8,3,5,5)",
    ],
    ["batchNorm2d", [8, 16], 16, { 4: 1 }, "batchNorm2d: expected input of rank 4, but got shape (8,16)"],
    [
      "batchNorm1d",
      [16],
      16,
      { 2: 1, 3: 1 },
      "batchNorm1d: expected input of rank 2 or 3, but got shape (16,)",
    ],
    ["instanceNorm1d", [4, 9], 4, { 2: 0, 3: 1 }, [4, 9]],
    [
      "instanceNorm2d",
      [3, 5, 5],
      4,
      { 3: 0, 4: 1 },
      "instanceNorm2d: expected 4 channels (axis 0), got 3 in shape (3,5,5)",
    ],
  ],
  Normalized: [
    ["layerNorm", [8, 5, 16], [16], [8, 5, 16]],
    ["layerNorm", [8, 5, 16], [5, 16], [8, 5, 16]],
    ["layerNorm", [8, 5, 16], [15], "layerNorm: expected input of shape (*,15), but got (8,5,16)"],
    ["rmsNorm", [16], [5, 16], "rmsNorm: expected input of shape (*,5,16), but got (16,)"],
  ],
  Embedding: [
    [[8, 32], 16, [8, 32, 16]],
    [[], 4, [4]],
  ],
  Residual: [
    [
      [8, 4],
      [8, 4],
      [8, 4],
    ],
    [[8, 4], [8, 5], "residual: the layer turns shape (8,4) into (8,5), which cannot be added to it"],
    [[8, 4], [4], "residual: the layer turns shape (8,4) into (4,), which cannot be added to it"],
  ],
  Resize: [
    [[8, 16, 7, 9], { scaleFactor: 2 }, [8, 16, 14, 18]],
    [[8, 16, 7, 9], { scaleFactor: [2, 3] }, [8, 16, 14, 27]],
    [[8, 16, 7, 9], { size: [5, 4] }, [8, 16, 5, 4]],
    [[8, 16, 7], { size: 5 }, [8, 16, 5]],
    [[8, 16], { size: 5 }, "upsample: expected input of shape (batch, channels, ...sizes), but got (8,16)"],
    [[8, 16, 7], { size: 5 }, 2, "upsample: expected input of rank 4, but got shape (8,16,7)"],
  ],
  PixelShuffle: [
    [[8, 12, 7, 5], 2, [8, 3, 14, 10]],
    [[9, 2, 2], 3, [1, 6, 6]],
    [
      [8, 3, 7, 7],
      2,
      "pixelShuffle: expected channels that are divisible by 4, the square of the factor, but got 3 in shape (8,3,7,7)",
    ],
    [[8, 3], 2, "pixelShuffle: expected input of shape (..., channels, height, width), but got (8,3)"],
  ],
  PixelUnshuffle: [
    [[8, 3, 14, 10], 2, [8, 12, 7, 5]],
    [
      [8, 3, 7, 8],
      2,
      "pixelUnshuffle: expected height and width that are divisible by 2, but got shape (8,3,7,8)",
    ],
  ],
  Unflatten: [
    [[8, 784], 1, [16, 7, 7], [8, 16, 7, 7]],
    [[8, 6, 2], -2, [2, 3], [8, 2, 3, 2]],
    [[8, 6], 1, [4, 2], "unflatten: sizes (4,2) do not multiply up to 6, the size of axis 1 of shape (8,6)"],
    [[8, 6], 2, [4, 2], "axis 2 is out of bounds for array of dimension 2"],
  ],
  Pool2d: [
    [[1, 2, 7, 8], 3, { stride: 2, ceilMode: true }, [1, 2, 3, 4]],
    [[64, 16, 26, 26], 2, {}, [64, 16, 13, 13]],
    [[16, 27, 27], 2, {}, [16, 13, 13]],
    [[1, 1, 112, 112], [3, 3], { stride: 2, padding: 1 }, [1, 1, 56, 56]],
    [[1, 1, 5, 5], 2, { padding: 2 }, "pool2d: padding must be at most half of the kernel size"],
    [
      [1, 1, 1, 1],
      2,
      {},
      "pool2d: padded input size per channel: (1 x 1), kernel size: (2 x 2); the kernel can't be greater than the input",
    ],
    [[5], 2, {}, "pool2d: expected input of rank 3 (unbatched) or 4 (batched), but got shape (5,)"],
  ],
  At: [
    [[2, 3], [0], [3]],
    [[2, 3], [-1, -3], []],
    [[2, 3], [], [2, 3]],
    [[10, 3], [slice(2, 8, 2)], [3, 3]],
    [[10], [slice(null, -7)], [3]],
    [[10], [slice(20, null)], [0]],
    [[10], [slice(null, null, -1)], [10]],
    [[10], [slice(8, 1, -3)], [3]],
    [[10], [slice(-100, 100, 3)], [4]],
    [[10], [slice(5, 2)], [0]],
    [[100000], [slice(1, -1, 7)], [14286]],
    [
      [10, 4],
      ["1:3", ":"],
      [2, 4],
    ],
    [[10, 4], ["::-1", "2"], [10]],
    [[10], ["-3:"], [3]],
    [
      [2, 3, 4, 5, 6, 7],
      ["...", 0],
      [2, 3, 4, 5, 6],
    ],
    [
      [2, 3, 4],
      [0, "...", "1:"],
      [3, 3],
    ],
    [
      [2, 3],
      [null, "...", null],
      [1, 2, 3, 1],
    ],
    [[5, 3], [[0, 1, 4, 2]], [4, 3]],
    [
      [5, 3],
      [
        [
          [0, 1],
          [4, 2],
        ],
      ],
      [2, 2, 3],
    ],
    [
      [5, 3],
      [
        [0, 1],
        [2, 2],
      ],
      [2],
    ],
    [
      [2, 3, 4, 5],
      [":", [[0, 1]], [1]],
      [2, 1, 2, 5],
    ],
    [
      [2, 3, 4, 5],
      [0, ":", [1, 1]],
      [2, 3, 5],
    ],
    [
      [2, 3, 4, 5],
      [[0], ":", [1, 1]],
      [2, 3, 5],
    ],
    [
      [2, 3, 4, 5],
      [":", 0, [1]],
      [2, 1, 5],
    ],
    [
      [2, 3, 4, 5],
      ["...", 0, null, [1]],
      [1, 2, 3, 1],
    ],
    [
      [2, 3],
      [null, [0, 1], [0, 1]],
      [1, 2],
    ],
    [
      [2, 3],
      [null, [0, 1], "...", [0, 1]],
      [2, 1],
    ],
    [[5, 3], [int32(7, 2)], [7, 2, 3]],
    [[5, 3], [int32()], [3]],
    [[2, 3], [5], "index 5 is out of bounds for axis 0 with size 2"],
    [[2, 3], [0, -4], "index -4 is out of bounds for axis 1 with size 3"],
    [[2, 3], ["3"], "index 3 is out of bounds for axis 0 with size 2"],
    [[2, 3], [0, 0, 0], "too many indices for array: array is 2-dimensional, but 3 were indexed"],
    [[], [0], "too many indices for array: array is 0-dimensional, but 1 were indexed"],
    [[2, 3], ["...", "..."], "an index can only have a single ellipsis ('...')"],
    [[2, 3], ["::0"], "slice step cannot be zero"],
    [
      [2, 3],
      ["1;3"],
      'cannot read "1;3" as an index: write an integer, a slice such as "1:3" or "::-1", or "..."',
    ],
    [
      [2, 3],
      [
        [0, 1],
        [0, 1, 2],
      ],
      "shape mismatch: indexing arrays could not be broadcast together with shapes (2,) (3,)",
    ],
    [
      [2, 3],
      [[true, false, true]],
      "boolean index did not match indexed array along axis 0; size of axis is 2 but size of corresponding boolean axis is 3",
    ],
    [
      [2, 3],
      [":", [true, false]],
      "boolean index did not match indexed array along axis 1; size of axis is 3 but size of corresponding boolean axis is 2",
    ],
    [
      [2, 3],
      [{ shape: [2], dtype: "float32" }],
      "arrays used as indices must be of integer (or boolean) type",
    ],
  ],
};

function ragged(depth: number, shape: string): string {
  return `setting an array element with a sequence. The requested array has an inhomogeneous shape after ${depth} dimensions. The detected shape was ${shape} + inhomogeneous part.`;
}

function remapped(from: string, to: string): string {
  return `operands could not be broadcast together with remapped shapes [original->remapped]: ${from}  and requested shape ${to}`;
}

function core(found: number, wanted: number): string {
  return `matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature (n?,k),(k,m?)->(n?,m?) (size ${found} is different from ${wanted})`;
}

function tooFew(operand: number): string {
  return `matmul: Input operand ${operand} does not have enough dimensions (has 0, gufunc core with signature (n?,k),(k,m?)->(n?,m?) requires 1)`;
}

export const cases: readonly Case[] = Object.entries(table).flatMap(([rule, rows]) =>
  rows.map((row) => ({ rule, inputs: row.slice(0, -1), expect: row.at(-1) as Case["expect"] })),
);
