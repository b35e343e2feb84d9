/** Compares a tensor with a golden and says, in words that help, where they part. */

import type { GoldenArray } from "./golden.js";
import type { AnyTensor } from "./ops.js";
import { type Allowance, TOLERANCE, type Tolerance } from "./tolerance.js";

const SHOWN = 5;

const words = (shape: readonly number[]) => `(${shape.join(",")}${shape.length === 1 ? "," : ""})`;

const EXACT: Allowance = TOLERANCE.exact.float64;

function allowanceOf(dtype: GoldenArray["dtype"], tolerance: Tolerance): Allowance {
  return dtype === "float32" || dtype === "float64" ? TOLERANCE[tolerance][dtype] : EXACT;
}

/** NaN is NaN; with no allowance zeros must have the same sign; infinities must always be the same. */
export function near(actual: number, expected: number, { relative, absolute }: Allowance): boolean {
  if (Object.is(actual, expected)) return true;
  if (relative === 0 && absolute === 0) return actual === expected && expected !== 0;
  if (!Number.isFinite(actual) || !Number.isFinite(expected)) return false;
  return Math.abs(actual - expected) <= relative * Math.abs(expected) + absolute;
}

/** Row-major position as an index: 7 in (2,3,4) is [0,1,3]. */
function indexOf(position: number, shape: readonly number[]): string {
  let rest = position;
  const index = shape.map(() => 0);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    index[axis] = rest % size;
    rest = Math.floor(rest / size);
  }
  return `[${index.join(",")}]`;
}

const show = (value: number) => (Object.is(value, -0) ? "-0" : String(value));

/** An empty list where they agree; otherwise a line for each thing that is different. */
export async function differences(
  name: string,
  actual: AnyTensor,
  expected: GoldenArray,
  tolerance: Tolerance,
): Promise<string[]> {
  const found: string[] = [];
  if (actual.dtype !== expected.dtype)
    found.push(`${name}: dtype ${actual.dtype}, expected ${expected.dtype}`);
  if (words(actual.shape) !== words(expected.shape)) {
    return [...found, `${name}: shape ${words(actual.shape)}, expected ${words(expected.shape)}`];
  }
  const values = await actual.data();
  if (values.length !== expected.values.length) {
    return [...found, `${name}: ${values.length} elements, expected ${expected.values.length}`];
  }
  const allowance = allowanceOf(expected.dtype, tolerance);
  let wrong = 0;
  for (let i = 0; i < values.length; i++) {
    const [got, want] = [Number(values[i]), Number(expected.values[i])];
    if (near(got, want, allowance)) continue;
    wrong++;
    if (wrong > SHOWN) continue;
    const off = Math.abs(got - want);
    found.push(
      `${name}${indexOf(i, expected.shape)}: ${show(got)}, expected ${show(want)} (off by ${off.toExponential(2)})`,
    );
  }
  if (wrong > 0) {
    const { relative, absolute } = allowance;
    found.push(
      `${name}: ${wrong} of ${values.length} differ, ${tolerance} allows ${relative} relative, ${absolute} absolute`,
    );
  }
  return found;
}

/** The differences of several tensors; a list of the wrong length is one. */
export async function allDifferences(
  name: string,
  actual: readonly AnyTensor[],
  expected: readonly GoldenArray[],
  tolerance: Tolerance,
): Promise<string[]> {
  if (actual.length !== expected.length)
    return [`${name}: ${actual.length} arrays, expected ${expected.length}`];
  const found: string[] = [];
  for (const [i, tensor] of actual.entries()) {
    const label = actual.length === 1 ? name : `${name} ${i}`;
    found.push(...(await differences(label, tensor, expected[i]!, tolerance)));
  }
  return found;
}
