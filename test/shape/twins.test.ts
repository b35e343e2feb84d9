/** The run-time half of every shape rule, over the list of cases that the type-level half is held to as well. */
import { describe, expect, it } from "vitest";
import { MaruError } from "../../src/errors.js";
import * as shape from "../../src/shape/index.js";
import { cases } from "./cases.js";

type Run = (...inputs: never[]) => number | readonly number[];

/** Each rule's function, taking the type's arguments in the type's order. */
const functions: Record<string, Run> = {
  SizeOf: shape.sizeOf,
  ShapeOf: shape.shapeOf,
  Broadcast: shape.broadcastShapes,
  BroadcastAll: (shapes: shape.Shape[]) => shape.broadcastShapes(...shapes),
  BroadcastTo: (from: shape.Shape, to: shape.Shape) => {
    shape.checkBroadcastTo(from, to);
    return to;
  },
  Dot: shape.dotShape,
  Matmul: shape.matmulShape,
  Outer: shape.outerShape,
  Linear: shape.linearShape,
  Einsum: shape.einsumShape,
  Reshape: shape.reshapeShape,
  Ravel: shape.ravelShape,
  Flatten: shape.flattenShape,
  Glu: shape.gluShape,
  Transpose: (s: shape.Shape, axes?: number[] | null) =>
    shape.permuteShape(s, shape.transposeAxes(s.length, axes)),
  SwapAxes: (s: shape.Shape, a: number, b: number) => shape.permuteShape(s, shape.swapAxes(s.length, a, b)),
  MoveAxis: (s: shape.Shape, from: number, to: number) =>
    shape.permuteShape(s, shape.moveAxis(s.length, from, to)),
  Squeeze: shape.squeezeShape,
  Unsqueeze: shape.unsqueezeShape,
  Reduce: (s: shape.Shape, axis: shape.AxisArgument, keepdims: boolean) =>
    shape.reduceShape(s, shape.normalizeAxes(axis, s.length), keepdims),
  Concatenate: shape.concatenateShape,
  Stack: shape.stackShape,
  Split: (s: shape.Shape, parts: number, axis: number) => {
    const [[start, stop]] = shape.splitBounds(s, parts, axis) as [[number, number]];
    return s.map((size, position) =>
      position === shape.normalizeAxis(axis, s.length) ? stop - start : size,
    );
  },
  Tile: shape.tileShape,
  Repeat: shape.repeatShape,
  Pad: shape.padShape,
  ConvOut: shape.windowCount,
  Conv: shape.convShape,
  ConvTransposeOut: shape.convTransposeCount,
  ConvTranspose: shape.convTransposeShape,
  Pool2d: shape.pool2dShape,
  AdaptivePool: shape.adaptivePoolShape,
  CeilOut: shape.ceilWindowCount,
  Channels: shape.channelsShape,
  Normalized: shape.normalizedShape,
  Embedding: shape.embeddingShape,
  Residual: shape.residualShape,
  Resize: shape.resizeShape,
  PixelShuffle: shape.pixelShuffleShape,
  PixelUnshuffle: shape.pixelUnshuffleShape,
  Unflatten: shape.unflattenShape,
  At: (s: shape.Shape, items: shape.IndexItem[]) => shape.planIndex(s, items).shape,
};

describe.each(Object.keys(functions))("%s", (rule) => {
  const run = functions[rule] as (...inputs: unknown[]) => unknown;
  const ofRule = cases.filter((one) => one.rule === rule);

  it("has cases", () => expect(ofRule.length).toBeGreaterThan(0));

  it.each(ofRule.map((one) => [JSON.stringify(one.inputs), one] as const))(
    "%s",
    (_, { inputs, expect: expected }) => {
      if (typeof expected !== "string") {
        expect(run(...inputs)).toEqual(expected);
        return;
      }
      let thrown: unknown;
      try {
        run(...inputs);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(MaruError);
      expect((thrown as Error).message).toBe(expected);
    },
  );
});
