/** `cast` with NumPy's rules. */
import type { DType } from "../../graph/index.js";
import { and, convert, type Expr, lt, ne, select, valueTypeOf } from "../expression.js";
import { i32, like } from "./building.js";

const LIMIT = 2 ** 31;

/**
 * Floats become integers by cutting the fraction; what int32 cannot hold, and NaN, become its lowest value. (`convert`
 * does so below, but gives the largest value above and 0 for NaN.)
 */
const truncate = (x: Expr): Expr => convert(select(lt(x, like(x, LIMIT)), x, like(x, -LIMIT)), "i32");

/** The value of an element of one dtype in another. uint8 keeps the low 8 bits; to bool, all but 0 are true. */
export function cast(x: Expr, from: DType, to: DType): Expr {
  if (from === to) return x;
  if (to === "bool") return ne(x, like(x, 0));
  const type = valueTypeOf(to);
  if (type !== "i32") return convert(x, type);
  const whole = from === "float32" || from === "float64" ? truncate(x) : convert(x, "i32");
  return to === "uint8" && from !== "bool" ? and(whole, i32(255)) : whole;
}
