/**
 * Threefry-2x32 with 20 rounds (Salmon et al. 2011), the same words as `graph/threefry.ts`, and the numbers that are made
 * of them.
 */
import type { DType } from "../../graph/index.js";
import { add, and, convert, type Expr, ne, or, pure } from "../expression.js";
import { addBits, i32, multiplyAdd, shiftLeft, shiftRightBits, times } from "./building.js";

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24];
const PARITY = 0x1bd11bda;

const exclusiveOr = (a: Expr, b: Expr): Expr => pure("xor", [a, b]);
const rotate = (x: Expr, count: number): Expr => or(shiftLeft(x, count), shiftRightBits(x, 32 - count));

/** The two words for a key and a counter, all i32. */
function threefry(key0: Expr, key1: Expr, counter0: Expr, counter1: Expr): readonly [Expr, Expr] {
  const keys = [key0, key1, exclusiveOr(exclusiveOr(key0, key1), i32(PARITY))];
  let x0 = add(counter0, key0);
  let x1 = add(counter1, key1);
  for (let round = 0; round < 20; round++) {
    x0 = add(x0, x1);
    x1 = exclusiveOr(rotate(x1, ROTATIONS[round % 8]!), x0);
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      x0 = add(x0, keys[injection % 3]!);
      x1 = addBits(add(x1, keys[(injection + 1) % 3]!), injection);
    }
  }
  return [x0, x1];
}

/**
 * The element of a random array whose place is `counter` (i32; arrays are smaller than 2^32): uniform floats from 0 to
 * 1, of 24 or 53 random bits; else the bits themselves. Every step after the words is exact.
 */
export function randomElement(key0: Expr, key1: Expr, counter: Expr, dtype: DType): Expr {
  const [first, second] = threefry(key0, key1, counter, i32(0));
  switch (dtype) {
    case "float32":
      return times(convert(shiftRightBits(first, 8), "f32"), 2 ** -24);
    case "float64": {
      const [high, low] = [shiftRightBits(first, 5), shiftRightBits(second, 6)];
      return times(multiplyAdd(convert(high, "f64"), 2 ** 26, convert(low, "f64")), 2 ** -53);
    }
    case "bool":
      return ne(and(first, i32(1)), i32(0));
    default:
      return dtype === "uint8" ? and(first, i32(255)) : first;
  }
}
