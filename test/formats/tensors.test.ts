/** From files to tensors and back: the same values, not copied, checked. */
import { expect, it } from "vitest";
import {
  encodeNpy,
  encodeSafetensors,
  parseNpy,
  parseSafetensors,
  toRecord,
  toTensor,
  toTensors,
} from "../../src/formats/index.js";
import { array, nn, ShapeError } from "../../src/index.js";
import { refusalOf } from "./support.js";

it("a record becomes a tensor of its dtype, shape and values", async () => {
  for (const dtype of ["float32", "float64", "int32", "uint8", "bool"] as const) {
    const tensor = array(
      [
        [1, 0],
        [1, 1],
      ],
      { dtype },
    );
    const back = toTensor(parseNpy(encodeNpy(await toRecord(tensor))));
    expect(back.dtype).toBe(dtype);
    expect(back.toArray()).toEqual(tensor.toArray());
  }
});

it("a state dict goes to a file and comes back", async () => {
  const [from, to] = [nn.linear(3, 2), nn.linear(3, 2)];
  const records = new Map(
    await Promise.all(
      Object.entries(from.stateDict()).map(async ([name, t]) => [name, await toRecord(t)] as const),
    ),
  );
  to.loadStateDict(toTensors(parseSafetensors(encodeSafetensors(records)).tensors));
  expect(to.weight.toArray()).toEqual(from.weight.toArray());
  expect(to.bias?.toArray()).toEqual(from.bias?.toArray());
});

it("a record whose parts disagree is refused", () => {
  const wrong = { dtype: "float32", shape: [3], data: new Float32Array(2) } as const;
  expect(refusalOf(ShapeError, () => toTensor(wrong))).toBe(
    "toTensor: shape (3,) holds 3 elements, but the data has 2",
  );
  expect(refusalOf(ShapeError, () => toTensors({ wrong }))).toContain("holds 3 elements");
});
