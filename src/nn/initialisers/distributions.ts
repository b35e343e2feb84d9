/** Random initial values, and constant ones, as PyTorch's `torch.nn.init` has them. */
import { array, clip, erf, full, random, type Tensor } from "../../tensor/index.js";
import { finite, settingsMust } from "../settings.js";
import { calculateGain, fansOf, type Nonlinearity } from "./fans.js";
import { checkNormal, fill, floats, type GainOptions, gainOf, type RandomOptions } from "./fill.js";
import { normalQuantile } from "./normal-quantile.js";

/** What {@link uniform} takes. */
export interface UniformInitOptions extends RandomOptions {
  /** The smallest value; 0 by default. */
  readonly a?: number;
  /** Where the values end; 1 by default. */
  readonly b?: number;
}

/** What {@link normal} takes. */
export interface NormalInitOptions extends RandomOptions {
  /** 0 by default. */
  readonly mean?: number;
  /** The standard deviation; 1 by default. */
  readonly std?: number;
}

/** What {@link truncNormal} takes. */
export interface TruncNormalOptions extends NormalInitOptions {
  /** The least value; -2 by default. */
  readonly a?: number;
  /** The greatest value; 2 by default. */
  readonly b?: number;
}

/** What {@link kaimingUniform} and {@link kaimingNormal} take. */
export interface KaimingOptions extends RandomOptions {
  /** leakyRelu's slope below 0; 0 by default. */
  readonly a?: number;
  /** Keep the size of what goes forward (fanIn, the default) or of what comes back (fanOut). */
  readonly mode?: "fanIn" | "fanOut";
  /** The activation that follows; leakyRelu by default, with slope 0 the same as relu. */
  readonly nonlinearity?: Nonlinearity;
}

function between<T extends Tensor>(
  name: string,
  tensor: T,
  bound: number,
  { generator = random }: RandomOptions,
): T {
  const dtype = floats(name, tensor);
  return fill(tensor, generator.uniform(tensor.shape, { low: -bound, high: bound, dtype }) as Tensor);
}

function around<T extends Tensor>(
  name: string,
  tensor: T,
  std: number,
  { generator = random }: RandomOptions,
): T {
  return fill(tensor, generator.normal(tensor.shape, { std, dtype: floats(name, tensor) }) as Tensor);
}

/**
 * Fills with numbers uniform in [a, b), 0 and 1 unless given.
 *
 * @throws ValueError where a is above b, or one is not finite
 * @throws DTypeError where the tensor is not of floats
 * @example
 * ```ts
 * random.seed(0);
 * String(nn.init.uniform(zeros([3]), { a: -1 })); // [ 0.939896   -0.22775328 -0.11767232]
 * ```
 */
export function uniform<T extends Tensor>(tensor: T, options: UniformInitOptions = {}): T {
  const { a = 0, b = 1, generator = random } = options;
  finite("uniform", { a, b });
  settingsMust("uniform", a <= b, `a must not be above b, got ${a} and ${b}`);
  const dtype = floats("uniform", tensor);
  return fill(tensor, generator.uniform(tensor.shape, { low: a, high: b, dtype }) as Tensor);
}

/**
 * Fills with normal numbers of a mean and a standard deviation, 0 and 1 unless given.
 *
 * @throws ValueError where std is negative, or a setting is not finite
 * @throws DTypeError where the tensor is not of floats
 * @example
 * ```ts
 * random.seed(0);
 * String(nn.init.normal(zeros([3]), { std: 0.02 })); // [-0.02312608  0.01956222  0.00191561]
 * ```
 */
export function normal<T extends Tensor>(tensor: T, options: NormalInitOptions = {}): T {
  const { mean = 0, std = 1, generator = random } = options;
  checkNormal("normal", mean, std);
  const dtype = floats("normal", tensor);
  return fill(tensor, generator.normal(tensor.shape, { mean, std, dtype }) as Tensor);
}

/** Farther away than this many standard deviations the quantile function has no digits. */
const FARTHEST = 5;

/**
 * Fills with normal numbers of which only those between a and b are left, -2 and 2 unless given (in the numbers' own
 * unit, not in standard deviations; mean 0 and std 1 unless given). A uniform number goes through the quantile function
 * of the normal distribution, exact to float32.
 *
 * @throws ValueError where std is not above 0, a not below b, or both lie beyond 5 standard deviations on one side
 * @throws DTypeError where the tensor is not of floats
 * @example
 * ```ts
 * Number(nn.init.truncNormal(zeros([1000]), { std: 0.02, a: -0.04, b: 0.04 }).max().item()) <= 0.04; // true
 * ```
 */
export function truncNormal<T extends Tensor>(tensor: T, options: TruncNormalOptions = {}): T {
  const { mean = 0, std = 1, a = -2, b = 2, generator = random } = options;
  finite("truncNormal", { mean, std, a, b });
  settingsMust("truncNormal", std > 0, `std must be above 0, got ${std}`);
  settingsMust("truncNormal", a < b, `a must be below b, got ${a} and ${b}`);
  const [from, to] = [(a - mean) / std, (b - mean) / std];
  settingsMust(
    "truncNormal",
    from <= FARTHEST && to >= -FARTHEST,
    `${a} to ${b} lies more than ${FARTHEST} standard deviations from the mean ${mean}`,
  );
  floats("truncNormal", tensor);
  // On the left side, where a small probability keeps its digits.
  const side = from > 0 ? -1 : 1;
  const ends = side > 0 ? [from, to] : [-to, -from];
  const probabilities = erf(array(ends, { dtype: "float64" }).mul(Math.SQRT1_2))
    .add(1)
    .mul(0.5);
  const [low, high] = [probabilities.at(0), probabilities.at(1)];
  const u = generator.uniform(tensor.shape, { dtype: "float64" });
  const standard = normalQuantile(low.add(high.sub(low).mul(u)) as Tensor).mul(side * std);
  return fill(tensor, clip(standard.add(mean), a, b) as Tensor);
}

/**
 * Fills with one value.
 *
 * @example
 * ```ts
 * String(nn.init.constant(zeros([2]), 0.5)); // [0.5 0.5]
 * ```
 */
export function constant<T extends Tensor>(tensor: T, value: number): T {
  return fill(tensor, full(tensor.shape, value, { dtype: tensor.dtype }) as Tensor);
}

/**
 * Fills with 0.
 *
 * @example
 * ```ts
 * String(nn.init.zeros(ones([2]))); // [0. 0.]
 * ```
 */
export const zeros = <T extends Tensor>(tensor: T): T => constant(tensor, 0);

/**
 * Fills with 1.
 *
 * @example
 * ```ts
 * String(nn.init.ones(zeros([2]))); // [1. 1.]
 * ```
 */
export const ones = <T extends Tensor>(tensor: T): T => constant(tensor, 1);

/** gain sqrt(2 / (fanIn + fanOut)). */
function xavierStd(name: string, tensor: Tensor, options: GainOptions): number {
  const { fanIn, fanOut } = fansOf(name, tensor.shape);
  return gainOf(name, options) * Math.sqrt(2 / (fanIn + fanOut));
}

/**
 * Fills a weight (out, in, ...) with numbers uniform between -b and b, b = gain sqrt(6 / (fanIn + fanOut)) (Glorot and
 * Bengio 2010, Understanding the Difficulty of Training Deep Feedforward Neural Networks). A fan is the number of
 * inputs or outputs times the size of the kernel.
 *
 * @throws ShapeError where the tensor has fewer than 2 dimensions
 * @throws ValueError where the gain is not finite
 * @throws DTypeError where the tensor is not of floats
 * @example
 * ```ts
 * const layer = nn.linear(4, 2);
 * nn.init.xavierUniform(layer.weight, { gain: nn.init.calculateGain("tanh") });
 * Number(layer.weight.abs().max().item()) <= 5 / 3; // true
 * ```
 */
export function xavierUniform<T extends Tensor>(tensor: T, options: GainOptions = {}): T {
  return between(
    "xavierUniform",
    tensor,
    Math.sqrt(3) * Math.abs(xavierStd("xavierUniform", tensor, options)),
    options,
  );
}

/**
 * Fills a weight (out, in, ...) with normal numbers of standard deviation gain sqrt(2 / (fanIn + fanOut)) (Glorot and
 * Bengio 2010).
 *
 * @throws ShapeError where the tensor has fewer than 2 dimensions
 * @throws ValueError where the gain is not finite
 * @throws DTypeError where the tensor is not of floats
 * @example
 * ```ts
 * nn.init.xavierNormal(zeros([2, 3])).shape; // [2, 3]
 * ```
 */
export function xavierNormal<T extends Tensor>(tensor: T, options: GainOptions = {}): T {
  return around("xavierNormal", tensor, Math.abs(xavierStd("xavierNormal", tensor, options)), options);
}

/** gain / sqrt(fan). */
function kaimingStd(name: string, tensor: Tensor, options: KaimingOptions): number {
  const { a = 0, mode = "fanIn", nonlinearity = "leakyRelu" } = options;
  finite(name, { a });
  const known = mode === "fanIn" || mode === "fanOut";
  settingsMust(name, known, `mode must be "fanIn" or "fanOut", got ${JSON.stringify(mode)}`);
  const fan = fansOf(name, tensor.shape)[mode];
  return fan === 0 ? 0 : calculateGain(nonlinearity, a) / Math.sqrt(fan);
}

/**
 * Fills a weight (out, in, ...) with numbers uniform between -b and b, b = gain sqrt(3 / fan), with the gain of the
 * activation that follows (He, Zhang, Ren and Sun 2015, Delving Deep into Rectifiers). `mode` says which fan.
 *
 * @throws ShapeError where the tensor has fewer than 2 dimensions
 * @throws ValueError where mode or nonlinearity are unknown words, or the slope is not finite
 * @throws DTypeError where the tensor is not of floats
 * @example
 * ```ts
 * const weight = nn.init.kaimingUniform(zeros([8, 6]), { nonlinearity: "relu" });
 * Number(weight.abs().max().item()) <= 1; // true
 * ```
 */
export function kaimingUniform<T extends Tensor>(tensor: T, options: KaimingOptions = {}): T {
  return between(
    "kaimingUniform",
    tensor,
    Math.sqrt(3) * kaimingStd("kaimingUniform", tensor, options),
    options,
  );
}

/**
 * Fills a weight (out, in, ...) with normal numbers of standard deviation gain / sqrt(fan), with the gain of the
 * activation that follows (He, Zhang, Ren and Sun 2015). `mode` says which fan.
 *
 * @throws ShapeError where the tensor has fewer than 2 dimensions
 * @throws ValueError where mode or nonlinearity are unknown words, or the slope is not finite
 * @throws DTypeError where the tensor is not of floats
 * @example
 * ```ts
 * nn.init.kaimingNormal(zeros([8, 3, 3, 3]), { mode: "fanOut", nonlinearity: "relu" }).shape; // [8, 3, 3, 3]
 * ```
 */
export function kaimingNormal<T extends Tensor>(tensor: T, options: KaimingOptions = {}): T {
  return around("kaimingNormal", tensor, kaimingStd("kaimingNormal", tensor, options), options);
}
