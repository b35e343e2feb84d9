/**
 * A network that learns XOR: 2 inputs, a hidden layer (은닉층) of 4 sigmoid neurons, 1 output, trained by gradient
 * descent (경사 하강법) on the four rows of the truth table. What one perceptron cannot say, two layers learn.
 * The loss is the cross-entropy (교차 엔트로피) of the output's sigmoid.
 *
 * Run it: npx tsx examples/19-xor-network.ts
 */
import { array, nn, optim, random } from "maru";
import { decisionRegion, line, plot, scatter } from "maru/plot";
import { type Print, pictures, runDirectly, show, table, toConsole } from "./show.js";

const inputs = array([
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
]);
const targets = array([[0], [1], [1], [0]]);

/** Trains a fresh network; the seed decides its first weights. */
export function trainXor(seed: number, steps = 200) {
  random.seed(seed);
  const model = nn.sequential(nn.linear(2, 4), nn.sigmoid(), nn.linear(4, 1));
  const optimizer = optim.sgd(2, { momentum: 0.9 })(model.parameters());
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const loss = nn.bceWithLogits(model.forward(inputs), targets);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    losses.push(Number(loss.item()));
  }
  return { model, losses };
}

export async function main(print: Print = toConsole, out = pictures): Promise<void> {
  const { model, losses } = trainXor(0);
  const milestones = [0, 25, 50, 75, 100, 199];
  print(
    table(
      ["step", "loss"],
      milestones.map((step) => [step, losses[step]!.toFixed(3)]),
    ),
  );
  print("\nWhat it answers now\n");
  const y = model.forward(inputs).sigmoid().ravel().toArray();
  const rows = inputs
    .toArray()
    .map((point, i) => [...point, targets.at(i, 0).item(), y[i]!.toFixed(2), Math.round(y[i]!)]);
  print(table(["x1", "x2", "XOR", "network", "rounded"], rows));
  print();

  const curve = plot(line(losses, { label: "loss" }), {
    title: "A 2-4-1 network learns XOR",
    xLabel: "step",
    yLabel: "loss",
    yDomain: [0, 1],
  });
  await show(curve, "19-xor-network-loss", print, out);

  const answer = (points: number[][]) => model.forward(array(points)).gt(0);
  const region = plot(
    decisionRegion(answer, { batch: true, x: [-0.5, 1.5], y: [-0.5, 1.5] }),
    scatter([0, 1], [0, 1], { label: "XOR is 0", radius: 8, color: "#2563eb" }),
    scatter([1, 0], [0, 1], { label: "XOR is 1", radius: 8, symbol: "triangle", color: "#dc2626" }),
    { title: "What the network learned: grey is 0", xLabel: "x1", yLabel: "x2", height: 480, equal: true },
  );
  await show(region, "19-xor-network-region", print, out);
}

await runDirectly(import.meta.url, main);
