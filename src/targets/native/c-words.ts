/** How types, kinds of values and numbers are called in C. */
import type { Expr, ValueType } from "../../compiler/expression.js";
import { VerificationError } from "../../errors.js";

type Kind = Pick<Expr, "type" | "lanes">;

/** The C type of a register. */
export function typeOf({ type, lanes }: Kind): string {
  if (lanes > 1) return `${type}v`;
  return type === "bool" ? "i32" : type;
}

/** The end of the words for values of that kind: `min_` + f32v. */
export const suffixOf = ({ type, lanes }: Kind): string => (lanes > 1 ? `${type}v` : type);

export function fail(e: Expr, why: string): never {
  throw new VerificationError(`${e.op} of ${e.type}, ${e.lanes} lanes, cannot be printed: ${why}`);
}

/** A number as C writes it, exactly. */
export function literal(value: number, type: ValueType): string {
  if (type === "bool") return value !== 0 ? "1" : "0";
  if (type === "i32") return value === -(2 ** 31) ? "(-2147483647 - 1)" : String(value);
  if (type === "address") return `(address)${value}`;
  const end = type === "f32" ? "f" : "";
  if (Number.isNaN(value)) return `__builtin_nan${end}("")`;
  if (!Number.isFinite(value)) return `${value < 0 ? "-" : ""}__builtin_inf${end}()`;
  if (Object.is(value, -0)) return `-0.0${end}`;
  const rounded = type === "f32" ? Math.fround(value) : value;
  const text = String(rounded);
  return (/[.e]/.test(text) ? text : `${text}.0`) + end;
}
