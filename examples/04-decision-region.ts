/**
 * A perceptron, seen: it cuts the plane of its inputs along the straight line b + w1 x1 + w2 x2 = 0.
 * The picture is of OR with (b, w1, w2) = (-0.5, 1, 1): in the grey half-plane it answers 0, elsewhere 1.
 * OR's one circle (0) lies in the grey and its three triangles (1) outside, so one line is all that OR needs.
 *
 * Run it: npx tsx examples/04-decision-region.ts
 */
import { array } from "maru";
import { decisionRegion, line, plot, scatter } from "maru/plot";
import { type Print, pictures, runDirectly, show, table, toConsole } from "./show.js";

const [b, w1, w2] = [-0.5, 1, 1];

/** OR's answers to many points at once, one point [x1, x2] a row. */
const or = (points: number[][]) =>
  array(points)
    .dot(array([w1, w2]))
    .add(b)
    .gt(0);

export async function main(print: Print = toConsole, out = pictures): Promise<void> {
  const corners = [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ];
  const y = or(corners).astype("int32").toArray();
  print(
    table(
      ["x1", "x2", "OR"],
      corners.map((point, i) => [...point, y[i]]),
    ),
  );
  print();
  const figure = plot(
    decisionRegion(or, { batch: true, x: [-0.5, 1.5], y: [-0.5, 1.5] }),
    line([-0.5, 1], [1, -0.5], { color: "black", label: "-0.5 + x1 + x2 = 0" }),
    scatter([0], [0], { label: "OR is 0", radius: 8, color: "#2563eb" }),
    scatter([1, 0, 1], [0, 1, 1], { label: "OR is 1", radius: 8, symbol: "triangle", color: "#dc2626" }),
    {
      title: "OR: grey is where the perceptron gives 0",
      xLabel: "x1",
      yLabel: "x2",
      height: 480,
      equal: true,
    },
  );
  await show(figure, "04-decision-region", print, out);
}

await runDirectly(import.meta.url, main);
