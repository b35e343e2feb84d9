/**
 * XOR out of gates that one perceptron can be: s1 = NAND(x1, x2), s2 = OR(x1, x2), y = AND(s1, s2).
 * Perceptrons stacked in layers (층) can say what one cannot: this is a multi-layer perceptron (다층 퍼셉트론).
 * In the picture the two lines of NAND and OR leave a band between them, and AND picks the band.
 *
 * Run it: npx tsx examples/06-xor-from-gates.ts
 */
import { decisionRegion, plot, scatter } from "maru/plot";
import { type Print, pictures, runDirectly, show, table, toConsole } from "./show.js";

/** The perceptron with this bias and these weights. */
const perceptron =
  (b: number, w1: number, w2: number) =>
  (x1: number, x2: number): number =>
    b + w1 * x1 + w2 * x2 > 0 ? 1 : 0;

const and = perceptron(-0.7, 0.5, 0.5);
const nand = perceptron(0.7, -0.5, -0.5);
const or = perceptron(-0.5, 1, 1);

export const xor = (x1: number, x2: number): number => and(nand(x1, x2), or(x1, x2));

export async function main(print: Print = toConsole, out = pictures): Promise<void> {
  print("s1 = NAND(x1, x2), s2 = OR(x1, x2), y = AND(s1, s2)\n");
  const rows = [0, 1].flatMap((x2) => [0, 1].map((x1) => [x1, x2, nand(x1, x2), or(x1, x2), xor(x1, x2)]));
  print(table(["x1", "x2", "s1", "s2", "y"], rows));
  print();
  print("XOR(0,0)=", xor(0, 0));
  print("XOR(0,1)=", xor(0, 1));
  print("XOR(1,0)=", xor(1, 0));
  print("XOR(1,1)=", xor(1, 1));
  print();
  const figure = plot(
    decisionRegion(xor, { x: [-0.5, 1.5], y: [-0.5, 1.5] }),
    scatter([0, 1], [0, 1], { label: "XOR is 0", radius: 8, color: "#2563eb" }),
    scatter([1, 0], [0, 1], { label: "XOR is 1", radius: 8, symbol: "triangle", color: "#dc2626" }),
    {
      title: "XOR from two layers: grey is where y = 0",
      xLabel: "x1",
      yLabel: "x2",
      height: 480,
      equal: true,
    },
  );
  await show(figure, "06-xor-from-gates", print, out);
}

await runDirectly(import.meta.url, main);
