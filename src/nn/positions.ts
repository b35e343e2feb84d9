/** Where in a sequence something stands, told to a network that takes all places alike. */
import { ShapeError, ValueError } from "../errors.js";
import { isFloat } from "../graph/index.js";
import { formatShape } from "../shape/index.js";
import { arange, array, concatenate, stack, type Tensor } from "../tensor/index.js";

function checkSize(operation: string, name: string, value: number, even: boolean): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new ValueError(`${operation}: ${name} must be a whole number of at least 1, got ${value}`);
  if (even && value % 2 !== 0) throw new ValueError(`${operation}: ${name} must be even, got ${value}`);
}

/** Wavelengths from 2 pi to 2 pi base: base^(-2 i / size) for i = 0, 1, ... as many as half the size. */
const frequencies = (size: number, base: number): number[] =>
  Array.from({ length: Math.ceil(size / 2) }, (_, i) => base ** ((-2 * i) / size));

/**
 * Sinusoidal positions, to be added to what stands there: row p is sin(p w_i), cos(p w_i) for i = 0, 1, ... in turns, with
 * w_i = 10000^(-2 i / size) (Vaswani et al. 2017, Attention Is All You Need, 3.5). Shape (length, size), float32, no
 * derivative.
 *
 * @throws ValueError where length or size is not a whole number of at least 1
 * @example
 * ```ts
 * String(nn.sinusoidalPositions(2, 4)); // [[0.         1.         0.         1.        ]
 *                                       //  [0.84147096 0.5403023  0.00999983 0.99995   ]]
 * ```
 */
export function sinusoidalPositions(length: number, size: number): Tensor {
  checkSize("sinusoidalPositions", "length", length, false);
  checkSize("sinusoidalPositions", "size", size, false);
  const waves = frequencies(size, 10000);
  const values = new Float32Array(length * size);
  for (let p = 0; p < length; p++) {
    for (let i = 0; i < size; i++) {
      const angle = p * waves[i >> 1]!;
      values[p * size + i] = i % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
    }
  }
  return array(values).reshape([length, size]) as Tensor;
}

/** What rotary takes beside queries or keys. */
export interface RotaryOptions {
  /** The longest wavelength is 2 pi times this; 10000 by default. */
  readonly base?: number;
  /** The position of the first row; for sequences that go on. 0 by default. */
  readonly offset?: number;
  /**
   * Which numbers make a pair: neighbours (true, as in the paper), or number i of the first half and of the second (false,
   * as in the weights of many published models). true by default.
   */
  readonly interleaved?: boolean;
}

/**
 * Rotary positions: each pair of numbers of queries or keys (..., length, size) is turned by the angle p w_i at position p,
 * with w_i = base^(-2 i / size), so that products of queries and keys depend on how far apart they stand (Su et al. 2021,
 * RoFormer, 3.2.2). The shape stays.
 *
 * @throws ShapeError where there are fewer than two axes, or the last is odd
 * @throws ValueError where x is not of floats
 * @example
 * ```ts
 * String(nn.rotary(array([[1, 0], [1, 0]]))); // [[1.         0.        ]
 *                                             //  [0.5403023  0.84147096]]
 * ```
 */
export function rotary(x: Tensor, options: RotaryOptions = {}): Tensor {
  const { base = 10000, offset = 0, interleaved = true } = options;
  if (x.ndim < 2 || x.shape.at(-1)! % 2 !== 0) {
    throw new ShapeError(
      `rotary: expected shape (..., length, size) with an even size, got ${formatShape(x.shape)}`,
    );
  }
  if (!isFloat(x.dtype)) throw new ValueError(`rotary: expected floats, got ${x.dtype}`);
  if (!Number.isSafeInteger(offset) || offset < 0)
    throw new ValueError(`rotary: offset must be a whole number of at least 0, got ${offset}`);
  if (!(base > 0)) throw new ValueError(`rotary: base must be above 0, got ${base}`);
  const [length, size] = x.shape.slice(-2) as [number, number];
  const half = size / 2;
  const places = arange(length).add(offset).astype(x.dtype).reshape([length, 1]) as Tensor;
  const waves = array(frequencies(size, base), { dtype: x.dtype }) as Tensor;
  const angles = places.mul(waves) as Tensor;
  const [sin, cos] = [angles.sin() as Tensor, angles.cos() as Tensor];
  const lead = x.shape.slice(0, -1);
  const pairs = interleaved
    ? (x.reshape([...lead, half, 2]) as Tensor)
    : (x.reshape([...lead, 2, half]) as Tensor);
  const axis = interleaved ? -1 : -2;
  const [a, b] = [0, 1].map(
    (i) => (interleaved ? pairs.at("...", i) : pairs.at("...", i, ":")) as Tensor,
  ) as [Tensor, Tensor];
  const turned = [a.mul(cos).sub(b.mul(sin)) as Tensor, a.mul(sin).add(b.mul(cos)) as Tensor];
  const joined = interleaved ? stack(turned, axis) : concatenate(turned, -1);
  return joined.reshape(x.shape) as Tensor;
}
