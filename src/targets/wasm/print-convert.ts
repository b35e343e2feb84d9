/** From one type of register to another. */
import type { Expr } from "../../compiler/expression.js";
import type { Plain } from "./printing.js";
import { EVEN_LANES, fail, type Half, HIGH_TO_LOW, LOW_HALVES, type Printer, pushAll } from "./printing.js";

const SCALAR: Readonly<Record<string, Plain>> = {
  "i32 f32": "f32.convert_i32_s",
  "i32 f64": "f64.convert_i32_s",
  "bool f32": "f32.convert_i32_s",
  "bool f64": "f64.convert_i32_s",
  "f32 f64": "f64.promote_f32",
  "f64 f32": "f32.demote_f64",
  "f32 i32": "i32.trunc_sat_f32_s",
  "f64 i32": "i32.trunc_sat_f64_s",
};

export function printConvert(p: Printer, e: Expr, half: Half): void {
  const [x] = e.args;
  if (e.type === "bool") {
    toBool(p, x!);
    return;
  }
  if (e.lanes > 1) {
    convertVector(p, e, x!, half);
    return;
  }
  p.push(x!);
  if (e.type === "address" || (x!.type === "bool" && e.type === "i32")) return;
  p.f.op(SCALAR[`${x!.type} ${e.type}`] ?? fail(e, `there is no way from ${x!.type}`));
}

/** What is not 0 is true, NaN too. */
function toBool(p: Printer, x: Expr): void {
  const { f } = p;
  p.push(x);
  if (x.lanes === 1) {
    if (x.type === "f32") f.op("f32.const", 0).op("f32.ne");
    else if (x.type === "f64") f.op("f64.const", 0).op("f64.ne");
    else f.i32(0).op("i32.ne");
    return;
  }
  pushAll(f, "i32", 0);
  if (x.type !== "f64") {
    f.op(x.type === "f32" ? "f32x4.ne" : "i32x4.ne");
    return;
  }
  f.op("f64x2.ne");
  p.push(x, 1);
  pushAll(f, "i32", 0);
  f.op("f64x2.ne").op("i8x16.shuffle", EVEN_LANES);
}

function convertVector(p: Printer, e: Expr, x: Expr, half: Half): void {
  const { f } = p;
  switch (`${x.type} ${e.type}`) {
    case "i32 f32":
      p.apply("f32x4.convert_i32x4_s", [x], half);
      return;
    case "f32 i32":
      p.apply("i32x4.trunc_sat_f32x4_s", [x], half);
      return;
    case "bool i32":
      p.apply("i32x4.neg", [x], half);
      return;
    case "bool f32":
      p.push(x);
      pushAll(f, "f32", 1);
      f.op("v128.and");
      return;
    case "bool f64":
      p.push(x);
      f.op(half === 0 ? "i64x2.extend_low_i32x4_s" : "i64x2.extend_high_i32x4_s");
      pushAll(f, "f64", 1);
      f.op("v128.and");
      return;
    case "i32 f64":
      lowOrHigh(p, x, half);
      f.op("f64x2.convert_low_i32x4_s");
      return;
    case "f32 f64":
      lowOrHigh(p, x, half);
      f.op("f64x2.promote_low_f32x4");
      return;
    case "f64 i32":
      bothHalves(p, x, "i32x4.trunc_sat_f64x2_s_zero");
      return;
    case "f64 f32":
      bothHalves(p, x, "f32x4.demote_f64x2_zero");
      return;
    default:
      fail(e, `there is no way from ${x.type}`);
  }
}

/** The wanted two of four lanes in the low places. */
function lowOrHigh(p: Printer, x: Expr, half: Half): void {
  if (half === 0) {
    p.push(x);
    return;
  }
  const local = p.hold(x);
  p.f.get(local).get(local).op("i8x16.shuffle", HIGH_TO_LOW);
}

function bothHalves(p: Printer, x: Expr, narrow: Plain): void {
  p.apply(narrow, [x], 0);
  p.apply(narrow, [x], 1);
  p.f.op("i8x16.shuffle", LOW_HALVES);
}
