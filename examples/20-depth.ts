/**
 * Why depth (깊이): a deep network learns features (특징) in stages, which is why deep learning is also called
 * representation learning (표현 학습). Two spirals, one of each class, are told apart by 2 inputs, two hidden layers
 * (은닉층) of 6 neurons, and 1 output.
 *
 * The picture has a tile for every neuron: the plane of the inputs, red where the neuron says +1 and blue where it says
 * -1. A neuron of layer 1 has only a straight edge. Layer 2 puts edges together into bent shapes, and the output puts
 * those together into the spirals. The table asks of each stage how well one straight cut would do on what it has made
 * of the points: the network bends the points until a straight cut is enough.
 *
 * Run it: npx tsx examples/20-depth.ts
 */
import { array, nn, optim, random, type Tensor } from "maru";
import { decisionRegion, heatmap, plot, scatter } from "maru/plot";
import { type Print, pictures, runDirectly, show, table, toConsole } from "./show.js";

type Points = Tensor<[number, number], "float32">;

/** n points along each of two spirals, the second half a turn behind the first, and their classes 0 and 1. */
function spirals(n: number): { points: Points; classes: Points } {
  const spiral = Array.from({ length: n }, (_, i) => {
    const [radius, angle] = [0.1 + (0.9 * i) / (n - 1), (2.4 * Math.PI * i) / (n - 1)];
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
  const points = array([...spiral, ...spiral.map((point) => point.map((x) => -x))]);
  const classes = array([...spiral.map(() => [0]), ...spiral.map(() => [1])]);
  return { points, classes };
}

/** Makes `answer` right about the classes by moving the parameters: gradient descent, with Adam's steps. */
function train(answer: () => Tensor, classes: Tensor, parameters: Tensor[], lr: number, steps: number): void {
  const optimizer = optim.adam(lr)(parameters);
  for (let step = 0; step < steps; step++) {
    const loss = nn.bceWithLogits(answer(), classes);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  }
}

const share = (answer: Tensor, classes: Tensor): number =>
  Number(answer.gt(0).eq(classes.gt(0.5)).astype("float32").mean().item());

/** The share of points that one straight cut through these features gets right, once it is learned. */
function straightCut(features: Points, classes: Tensor): number {
  const cut = nn.linear(features.shape[1], 1);
  train(() => cut.forward(features), classes, cut.parameters(), 0.1, 200);
  return share(cut.forward(features), classes);
}

/** Every neuron's answer all over the plane, as one big matrix of tiles: a row of tiles for each layer. */
function tiles(layers: ((x: Points) => Tensor)[], columns: number, side: number): number[][] {
  const axis = Array.from({ length: side }, (_, i) => ((i + 0.5) / side) * 2.4 - 1.2);
  const plane = array(axis.flatMap((x2) => axis.map((x1) => [x1, -x2])));
  return layers.flatMap((layer) => {
    const answers = layer(plane);
    const neurons = answers.shape[1]!;
    const values = answers.dataSync();
    return axis.map((_, row) =>
      Array.from({ length: columns * side }, (_, at) => {
        const [neuron, column] = [Math.floor(at / side), at % side];
        const isGap = neuron >= neurons || row === side - 1 || column === side - 1;
        return isGap ? Number.NaN : values[(row * side + column) * neurons + neuron]!;
      }),
    );
  });
}

export async function main(print: Print = toConsole, out = pictures): Promise<void> {
  random.seed(0);
  const { points, classes } = spirals(75);
  const first = nn.sequential(nn.linear(2, 6), nn.tanh());
  const second = nn.sequential(nn.linear(6, 6), nn.tanh());
  const last = nn.linear(6, 1);
  const model = nn.sequential(first, second, last);
  train(() => model.forward(points), classes, model.parameters(), 0.05, 400);

  const stage1 = first.forward(points).detach();
  const stage2 = second.forward(stage1).detach();
  const percent = (features: Points): number => Math.round(100 * straightCut(features, classes));
  print("How many of the points does one straight cut get right?\n");
  print(
    table(
      ["stage", "features", "% right"],
      [
        ["the inputs themselves", 2, percent(points)],
        ["after hidden layer 1", 6, percent(stage1)],
        ["after hidden layer 2", 6, percent(stage2)],
      ],
    ),
  );
  print(`\nThe whole network: ${Math.round(100 * share(model.forward(points), classes))} %\n`);

  const curve = (kind: 0 | 1, column: 0 | 1) => points.at(kind === 0 ? ":75" : "75:", column);
  const region = plot(
    decisionRegion((asked) => model.forward(array(asked)).gt(0), {
      batch: true,
      x: [-1.2, 1.2],
      y: [-1.2, 1.2],
    }),
    scatter(curve(0, 0), curve(0, 1), { label: "class 0", radius: 4, color: "#2563eb" }),
    scatter(curve(1, 0), curve(1, 1), { label: "class 1", radius: 4, symbol: "triangle", color: "#dc2626" }),
    {
      title: "Two spirals: grey is where the network says 0",
      xLabel: "x1",
      yLabel: "x2",
      height: 520,
      equal: true,
    },
  );
  await show(region, "20-depth-region", print, out);

  const layers = [
    (x: Points) => first.forward(x),
    (x: Points) => second.forward(first.forward(x)),
    (x: Points) => model.forward(x).tanh(),
  ];
  const montage = plot(
    heatmap(tiles(layers, 6, 48), { ramp: "diverging", range: [-1, 1], x: [0.5, 6.5], y: [0.5, 3.5] }),
    {
      title: "What each neuron says of the plane, from straight edges to spirals",
      xLabel: "neuron",
      yLabel: "layer",
      xTicks: "whole",
      yTicks: "whole",
      yDomain: [3.5, 0.5],
      width: 900,
      equal: true,
    },
  );
  await show(montage, "20-depth-neurons", print, out);
}

await runDirectly(import.meta.url, main);
