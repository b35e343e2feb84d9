/** Random arrays: element i is the hash of i under the key. */
import { allocate, type Node, type TypedArray, threefry } from "../../graph/index.js";
import { sizeOf } from "../../shape/index.js";

/** float32: the top 24 bits of a word over 2^24. float64: 53 bits of two words over 2^53. Else the bits. */
export function randomKernel({ shape, dtype }: Node<"random">, key: TypedArray): TypedArray {
  const length = sizeOf(shape);
  const out = allocate(dtype, length);
  const word = new Int32Array(2);
  const [key0, key1] = [key[0]!, key[1]!];
  for (let i = 0; i < length; i++) {
    threefry(key0, key1, i | 0, Math.floor(i / 4294967296), word);
    if (dtype === "float32") out[i] = (word[0]! >>> 8) / 16777216;
    else if (dtype === "float64")
      out[i] = ((word[0]! >>> 5) * 67108864 + (word[1]! >>> 6)) / 9007199254740992;
    else out[i] = dtype === "bool" ? word[0]! & 1 : word[0]!;
  }
  return out;
}
