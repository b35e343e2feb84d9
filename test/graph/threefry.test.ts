/** The random generator: the known answers of its authors, and that element i depends on i alone. */
import { expect, test } from "vitest";
import { buffer, random, threefry } from "../../src/graph/index.js";
import { interpreter } from "../../src/targets/interpreter/interpreter.js";

/** Counter, key, result: `kat_vectors` of Random123 1.14 for threefry2x32 with 20 rounds. */
const KNOWN: readonly (readonly [
  counter: [number, number],
  key: [number, number],
  result: [number, number],
])[] = [
  [
    [0x00000000, 0x00000000],
    [0x00000000, 0x00000000],
    [0x6b200159, 0x99ba4efe],
  ],
  [
    [0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x1cb996fc, 0xbb002be7],
  ],
  [
    [0x243f6a88, 0x85a308d3],
    [0x13198a2e, 0x03707344],
    [0xc4923a9c, 0x483df7a0],
  ],
];

test.each(KNOWN)("threefry2x32 of %j under %j", (counter, key, result) => {
  const word = new Int32Array(2);
  threefry(key[0], key[1], counter[0], counter[1], word);
  expect([word[0]! >>> 0, word[1]! >>> 0]).toEqual(result);
  threefry(key[0] | 0, key[1] | 0, counter[0] | 0, counter[1] | 0, word);
  expect([word[0]! >>> 0, word[1]! >>> 0], "the same with signed words").toEqual(result);
});

test("element i is the hash of i: a longer array begins with the shorter one", () => {
  const key = buffer(Int32Array.of(5, -9), [2], "int32");
  for (const dtype of ["float32", "float64", "int32"] as const) {
    const [short, long] = [random(key, [7], dtype), random(key, [3, 5], dtype)];
    interpreter.run([short, long], () => false);
    expect(Array.from(long.storage!.read()).slice(0, 7)).toEqual(Array.from(short.storage!.read()));
  }
});

test("floats are the top bits of the words", () => {
  const key = buffer(Int32Array.of(5, -9), [2], "int32");
  const [bits, single] = [random(key, [50], "int32"), random(key, [50], "float32")];
  interpreter.run([bits, single], () => false);
  const expected = Array.from(bits.storage!.read(), (word) => (word >>> 8) / 2 ** 24);
  expect(Array.from(single.storage!.read())).toEqual(expected);
});
