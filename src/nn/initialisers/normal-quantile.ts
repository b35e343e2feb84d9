/** The quantile function of the normal distribution, for initial values. */
import { log, sqrt, type Tensor, where } from "../../tensor/index.js";

/**
 * Coefficients of erfinv(x) / x, highest power first: near 0 of w - 2.5, farther out of sqrt(w) - 3, with w = -ln(1 -
 * x^2) (Giles 2012, Approximating the erfinv Function, the single precision table).
 */
const NEAR = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
];
const FAR = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
  1.00167406, 2.83297682,
];
/** Where w goes from one to the other. */
const BORDER = 5;

const polynomial = (x: Tensor, [first, ...rest]: readonly number[]): Tensor =>
  rest.reduce<Tensor>((sum, c) => sum.mul(x).add(c) as Tensor, x.mul(0).add(first!) as Tensor);

/**
 * The number below which a standard normal one falls with probability p: sqrt(2) erfinv(2 p - 1), within 1e-6 of
 * itself for p from 1e-7 to 1 - 1e-7. Small p keep their digits, since 1 - x^2 = 4 p (1 - p).
 */
export function normalQuantile(p: Tensor): Tensor {
  const w = log(p.mul(p.neg().add(1)).mul(4)).neg() as Tensor;
  const near = polynomial(w.sub(2.5) as Tensor, NEAR);
  const far = polynomial(sqrt(w).sub(3) as Tensor, FAR);
  const x = p.mul(2).sub(1);
  return where(w.lt(BORDER), near, far).mul(x).mul(Math.SQRT2) as Tensor;
}
