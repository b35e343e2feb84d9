/** The forward pass as a program, and which of its lines computes what. */
import { type Code, slot, ts } from "../../code/template.js";
import type { ForwardLesson } from "./lesson.js";

type Numbers = Pick<ForwardLesson, "x" | "W" | "B">;

/** `[a, b]`, each number a place that can be written in. */
function list(path: string, values: readonly number[]): Code {
  return values.reduce<Code>(
    (code, value, i) => ts`${code}${i === 0 ? "" : ", "}${slot(`${path}.${i}`, value)}`,
    [],
  );
}
const matrix = (path: string, rows: readonly (readonly number[])[]): Code =>
  rows.reduce<Code>((code, row, i) => ts`${code}${i === 0 ? "[" : ", ["}${list(`${path}.${i}`, row)}]`, []);

export const program = ({ x, W, B }: Numbers): Code => ts`import { array, sigmoid } from "maru";

const X = array([${list("x", x)}]);
const W1 = array([${matrix("W.0", W[0]!)}]);
const B1 = array([${list("B.0", B[0]!)}]);
const W2 = array([${matrix("W.1", W[1]!)}]);
const B2 = array([${list("B.1", B[1]!)}]);
const W3 = array([${matrix("W.2", W[2]!)}]);
const B3 = array([${list("B.2", B[2]!)}]);

const A1 = X.dot(W1).add(B1); // (2,) · (2, 3) + (3,)
const Z1 = sigmoid(A1);
const A2 = Z1.dot(W2).add(B2); // (3,) · (3, 2) + (2,)
const Z2 = sigmoid(A2);
const A3 = Z2.dot(W3).add(B3); // (2,) · (2, 2) + (2,)
const Y = A3; // identity
console.log(String(Y));`;

/** The lines, from 0, that compute a layer; of layer 0 the one in which the input stands. */
export function linesOf(text: string, layer: number): number[] {
  const wanted = layer === 0 ? ["X"] : [`A${layer}`, layer === 3 ? "Y" : `Z${layer}`];
  return text
    .split("\n")
    .flatMap((line, i) => (wanted.some((name) => line.startsWith(`const ${name} =`)) ? [i] : []));
}
