/** Positions: against their formulas, and that products of turned vectors depend on distances. */
import { expect, test } from "vitest";
import { array, grad, nn, random, ShapeError, type Tensor, ValueError, zeros } from "../../src/index.js";

test("sinusoidal: sines and cosines in turns", () => {
  const table = nn.sinusoidalPositions(50, 6).toArray() as number[][];
  for (const p of [0, 1, 7, 49]) {
    for (let i = 0; i < 6; i++) {
      const angle = p / 10000 ** ((2 * Math.floor(i / 2)) / 6);
      expect(table[p]![i]).toBeCloseTo(i % 2 === 0 ? Math.sin(angle) : Math.cos(angle), 6);
    }
  }
  expect(nn.sinusoidalPositions(3, 5).shape).toEqual([3, 5]);
});

/** Pairs turned by their angles, in double precision. */
function turned(row: readonly number[], p: number, interleaved: boolean): number[] {
  const half = row.length / 2;
  const result = [...row];
  for (let i = 0; i < half; i++) {
    const [first, second] = interleaved ? [2 * i, 2 * i + 1] : [i, i + half];
    const angle = p * 10000 ** ((-2 * i) / row.length);
    result[first] = row[first]! * Math.cos(angle) - row[second]! * Math.sin(angle);
    result[second] = row[first]! * Math.sin(angle) + row[second]! * Math.cos(angle);
  }
  return result;
}

test.each([true, false])("rotary: every pair turned, interleaved %s", (interleaved) => {
  const x = random.normal([2, 9, 6]).realize() as Tensor;
  const rows = x.toArray() as number[][][];
  const found = nn.rotary(x, { interleaved, offset: 3 }).toArray() as number[][][];
  rows.forEach((batch, b) => {
    batch.forEach((row, p) => {
      turned(row, p + 3, interleaved).forEach((value, i) => {
        expect(found[b]![p]![i]).toBeCloseTo(value, 5);
      });
    });
  });
});

test("rotary: products depend on the distance alone, lengths stay, and the derivative turns back", () => {
  const [q, k] = [random.normal([1, 8]).realize(), random.normal([1, 8]).realize()] as [Tensor, Tensor];
  const product = (p: number, r: number): number =>
    Number((nn.rotary(q, { offset: p }).mul(nn.rotary(k, { offset: r })) as Tensor).sum().item());
  expect(product(5, 2)).toBeCloseTo(product(103, 100), 4);
  expect(Math.abs(product(5, 2) - product(5, 4))).toBeGreaterThan(1e-3);
  const x = random.normal([4, 6]).realize() as Tensor;
  // |turned x|^2 = |x|^2, so its gradient is 2 x.
  const slope = grad((t: Tensor) => nn.rotary(t).square().sum() as Tensor)(x);
  const [found, expected] = [slope.toArray(), (x.mul(2) as Tensor).toArray()] as [number[][], number[][]];
  found.forEach((row, i) => {
    row.forEach((value, j) => {
      expect(value).toBeCloseTo(expected[i]![j]!, 5);
    });
  });
});

test("refused", () => {
  expect(() => nn.sinusoidalPositions(0, 4)).toThrow(
    new ValueError("sinusoidalPositions: length must be a whole number of at least 1, got 0"),
  );
  expect(() => nn.rotary(zeros([4, 3]) as Tensor)).toThrow(
    new ShapeError("rotary: expected shape (..., length, size) with an even size, got (4,3)"),
  );
  expect(() => nn.rotary(zeros([4]) as Tensor)).toThrow(ShapeError);
  expect(() => nn.rotary(array([[1, 2]], { dtype: "int32" }) as Tensor)).toThrow(ValueError);
  expect(() => nn.rotary(zeros([4, 2]) as Tensor, { offset: -1 })).toThrow(ValueError);
});
