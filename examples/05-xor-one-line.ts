/**
 * XOR (배타적 논리합) is 1 where exactly one input is 1. No straight line has its two triangles (1) on one side and its
 * two circles (0) on the other, so no single perceptron is XOR. Here it is looked for all the same, among
 * 33 x 33 x 33 perceptrons, and then it is proved.
 *
 * Run it: npx tsx examples/05-xor-one-line.ts
 */
import { array, linspace } from "maru";
import { decisionRegion, line, plot, scatter } from "maru/plot";
import { type Print, pictures, runDirectly, show, table, toConsole } from "./show.js";

/** The four inputs, and what each gate makes of them. */
const x1 = array([0, 1, 0, 1]);
const x2 = array([0, 0, 1, 1]);
const gates = {
  AND: [false, false, false, true],
  NAND: [true, true, true, false],
  OR: [false, true, true, true],
  XOR: [false, true, true, false],
} as const;

/** -4, -3.75, ..., 4 in turn for w1, w2 and b, each along an axis of its own: broadcasting tries all combinations. */
const values = linspace(-4, 4, 33);
const w1 = values.reshape(33, 1, 1, 1);
const w2 = values.reshape(33, 1, 1);
const b = values.reshape(33, 1);

/** Of every perceptron, how many of the four inputs it answers as the gate does: shape (33, 33, 33). */
export function scores(gate: keyof typeof gates) {
  return w1.mul(x1).add(w2.mul(x2)).add(b).gt(0).eq(gates[gate]).sum(-1);
}

export async function main(print: Print = toConsole, out = pictures): Promise<void> {
  print("Of 35937 perceptrons (w1, w2 and b from -4 to 4 in steps of 0.25)\n");
  const names = Object.keys(gates) as (keyof typeof gates)[];
  const rows = names.map((name) => {
    const found = scores(name);
    return [name, found.eq(4).sum(), `${found.max()} of 4`];
  });
  print(table(["gate", "are the gate", "the best answers right"], rows));
  print(`
There can be none for XOR. It would need
  (0,0) -> 0:            b <= 0        (1,0) -> 1:  w1 + b > 0
  (1,1) -> 0:  w1 + w2 + b <= 0        (0,1) -> 1:  w2 + b > 0
The left two add up to w1 + w2 + 2b <= 0, the right two to w1 + w2 + 2b > 0: never both.
`);
  const or = (points: number[][]) => array(points).sum(1).sub(0.5).gt(0);
  const figure = plot(
    decisionRegion(or, { batch: true, x: [-0.5, 1.5], y: [-0.5, 1.5] }),
    line([-0.5, 1], [1, -0.5], { color: "black", label: "one line" }),
    scatter([0, 1], [0, 1], { label: "XOR is 0", radius: 8, color: "#2563eb" }),
    scatter([1, 0], [0, 1], { label: "XOR is 1", radius: 8, symbol: "triangle", color: "#dc2626" }),
    {
      title: "XOR: wherever the line lies, a point is on the wrong side",
      xLabel: "x1",
      yLabel: "x2",
      height: 480,
      equal: true,
    },
  );
  await show(figure, "05-xor-one-line", print, out);
}

await runDirectly(import.meta.url, main);
