/** erf. Near 0 an odd polynomial; further out 1 - erfc(x) with erfc(x) = exp(G(x)). From test/reference/minimax.py. */
import { abs, type Expr, fma, lt, mul, select, sub } from "../expression.js";
import { atMost, copysign, like, perType, polynomial } from "./building.js";
import { expOfNegativeDouble, expOfNegativeSingle } from "./exponential.js";

interface Pieces {
  /** erf(x) / x - 1 of x^2, up to `border`. */
  readonly near: readonly number[];
  /** ln erfc(x), from `border` to `end`, where erf rounds to 1. */
  readonly far: readonly number[];
  readonly border: number;
  readonly end: number;
  readonly exp: (x: Expr) => Expr;
}

/** Degree 5, error below 2^-25.7 of erf(x); degree 6, error of erf(x) below 2^-29.3. */
const SINGLE: Pieces = {
  near: [
    0.12837915122509003, -0.37612488865852356, 0.11281731724739075, -0.02676302380859852,
    0.004987464752048254, -0.0005960225826129317,
  ],
  far: [
    -0.00020702448091469705, -1.1276273727416992, -0.637265682220459, -0.10385660082101822,
    0.022190002724528313, -0.003033788874745369, 0.00019496162713039666,
  ],
  border: 0.925,
  end: 3.95,
  exp: expOfNegativeSingle,
};

/** Degree 11, error below 2^-55.9 of erf(x); degree 16, error of erf(x) below 2^-54.9. */
const DOUBLE: Pieces = {
  near: [
    0.12837916709551256, -0.37612638903183343, 0.11283791670936949, -0.02686617064195839,
    0.005223977596721277, -0.000854832548361205, 0.00012055280424038262, -1.49244634015052e-5,
    1.644410901645893e-6, -1.6183537762056144e-7, 1.3614032728888743e-8, -7.601310495309026e-10,
  ],
  far: [
    -1.0817696739907056e-6, -1.1283685491173754, -0.636668255169353, -0.10263592865614812,
    0.01886237738866121, 0.0005878884335749662, -0.002102438288252151, 0.0009226388139585802,
    -0.00023218762602827072, 2.8682674252621557e-5, 3.374977590098422e-6, -2.6106298088057682e-6,
    6.753648318584324e-7, -1.0643200091511315e-7, 1.0726184643463567e-8, -6.410648942801677e-10,
    1.7403112493098706e-11,
  ],
  border: 1,
  end: 5.95,
  exp: expOfNegativeDouble,
};

const erfBy =
  ({ near, far, border, end, exp }: Pieces) =>
  (x: Expr): Expr => {
    const size = abs(x);
    const bounded = atMost(size, end);
    const outer = sub(like(x, 1), exp(polynomial(bounded, far)));
    const inner = fma(size, polynomial(mul(size, size), near), size);
    return copysign(select(lt(size, like(x, border)), inner, outer), x);
  };

export const erf = perType(erfBy(SINGLE), erfBy(DOUBLE));
