/** Initial values with a structure: identities, orthonormal and sparse matrices. */
import { ShapeError, ValueError } from "../../errors.js";
import { formatShape, sizeOf } from "../../shape/index.js";
import { argsort, array, eye as identityMatrix, random, type Tensor, where } from "../../tensor/index.js";
import { settingsMust } from "../settings.js";
import { checkNormal, fill, floats, type GainOptions, gainOf, type RandomOptions } from "./fill.js";
import { orthonormal } from "./orthonormal.js";

/** What {@link sparse} takes. */
export interface SparseOptions extends RandomOptions {
  /** The share of each column that is 0. */
  readonly sparsity: number;
  /** The standard deviation of what is not 0; 0.01 by default. */
  readonly std?: number;
}

/**
 * Fills a matrix with the identity: 1 on the diagonal, else 0. A linear layer then passes its input on.
 *
 * @throws ShapeError where the tensor does not have 2 dimensions
 * @example
 * ```ts
 * String(nn.init.eye(zeros([2, 3]))); // [[1. 0. 0.]
 *                                     //  [0. 1. 0.]]
 * ```
 */
export function eye<T extends Tensor>(tensor: T): T {
  mustHaveRank("eye", tensor, [2]);
  const [rows, columns] = tensor.shape as unknown as [number, number];
  return fill(tensor, identityMatrix(rows, columns, { dtype: tensor.dtype }) as Tensor);
}

function mustHaveRank(name: string, { shape }: Tensor, ranks: readonly number[]): void {
  if (ranks.includes(shape.length)) return;
  throw new ShapeError(`${name}: ${ranks.join(", ")} dimensions are needed, got shape ${formatShape(shape)}`);
}

/**
 * Fills the weight of a convolution (out, in / groups, ...) with 1 in the middle of the kernel from each input channel to
 * the output of the same place in each group, else 0, so that as many channels as can be are passed on.
 *
 * @throws ShapeError where the tensor does not have 3, 4 or 5 dimensions
 * @throws ValueError where the output channels do not divide into the groups
 * @example
 * ```ts
 * String(nn.init.dirac(zeros([2, 2, 1, 3])).reshape(2, 6)); // [[0. 1. 0. 0. 0. 0.]
 *                                                           //  [0. 0. 0. 0. 1. 0.]]
 * ```
 */
export function dirac<T extends Tensor>(tensor: T, { groups = 1 }: { readonly groups?: number } = {}): T {
  mustHaveRank("dirac", tensor, [3, 4, 5]);
  const [out, inner, ...kernel] = tensor.shape as unknown as [number, number, ...number[]];
  if (!Number.isSafeInteger(groups) || groups < 1 || out % groups !== 0) {
    throw new ValueError(`dirac: ${out} output channels do not divide into ${groups} groups`);
  }
  const [field, each] = [sizeOf(kernel), out / groups];
  const middle = kernel.reduce((at, n) => at * n + Math.floor(n / 2), 0);
  const values = new Float32Array(out * inner * field);
  for (let channel = 0; channel < out && field > 0; channel++) {
    const place = channel % each;
    if (place < inner) values[(channel * inner + place) * field + middle] = 1;
  }
  return fill(tensor, array(values).reshape(tensor.shape) as Tensor);
}

/**
 * Fills a weight (rows, ...) with orthonormal rows, or columns where there are fewer of those, times the gain; all axes
 * but the first count as columns (Saxe, McClelland and Ganguli 2014, Exact Solutions to the Nonlinear Dynamics of
 * Learning in Deep Linear Neural Networks). Normal numbers are drawn and made orthonormal in float64 on the host.
 *
 * @throws ShapeError where the tensor has fewer than 2 dimensions
 * @throws ValueError where the gain is not finite
 * @throws DTypeError where the tensor is not of floats
 * @throws CaptureError inside a compiled function
 * @example
 * ```ts
 * const q = nn.init.orthogonal(zeros([2, 3]));
 * q.matmul(q.transpose()).round(4).abs().toArray(); // [[1, 0], [0, 1]]
 * ```
 */
export function orthogonal<T extends Tensor>(tensor: T, options: GainOptions = {}): T {
  const gain = gainOf("orthogonal", options);
  const { generator = random } = options;
  const { shape } = tensor;
  const dtype = floats("orthogonal", tensor);
  if (shape.length < 2) {
    throw new ShapeError(`orthogonal: at least 2 dimensions are needed, got shape ${formatShape(shape)}`);
  }
  if (tensor.size === 0) return tensor;
  const [rows, columns] = [shape[0]!, tensor.size / shape[0]!];
  const [long, short] = [Math.max(rows, columns), Math.min(rows, columns)];
  const draw = generator.normal([short, long], { dtype: "float64" }).dataSync();
  const lines = orthonormal(Array.from({ length: short }, (_, k) => draw.slice(k * long, (k + 1) * long)));
  const values = array(Float64Array.from(lines.flatMap((line) => [...line]))).reshape([short, long]);
  const oriented = rows < columns ? values : values.transpose();
  return fill(tensor, oriented.mul(gain).reshape(shape).astype(dtype) as Tensor);
}

/**
 * Fills a matrix with normal numbers of standard deviation std (0.01), of which a share of each column, rounded up, is 0
 * (Martens 2010, Deep Learning via Hessian-Free Optimization).
 *
 * @throws ShapeError where the tensor does not have 2 dimensions
 * @throws ValueError where the share is not from 0 to 1, or std is negative
 * @throws DTypeError where the tensor is not of floats
 * @example
 * ```ts
 * const w = nn.init.sparse(zeros([10, 4]), { sparsity: 0.75 });
 * String(w.eq(0).sum(0)); // [8 8 8 8]
 * ```
 */
export function sparse<T extends Tensor>(tensor: T, options: SparseOptions): T {
  const { sparsity, std = 0.01, generator = random } = options;
  mustHaveRank("sparse", tensor, [2]);
  settingsMust("sparse", sparsity >= 0 && sparsity <= 1, `sparsity must be from 0 to 1, got ${sparsity}`);
  checkNormal("sparse", 0, std);
  const dtype = floats("sparse", tensor);
  const values = generator.normal(tensor.shape, { std, dtype });
  const zeros = Math.ceil(sparsity * tensor.shape[0]!);
  // The place of each element in the order of its column's random numbers.
  const places = argsort(argsort(generator.uniform(tensor.shape), 0), 0) as Tensor;
  return fill(tensor, where(places.lt(zeros), 0, values) as Tensor);
}
