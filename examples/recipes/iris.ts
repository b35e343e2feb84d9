/**
 * Which iris is it? Fisher's 150 flowers (1936), four measures each, three species: 105 to learn from, 45 to test with, and
 * the same share of each species in both. A network 4-16-3 with tanh gets the measures standardised, by the mean and the
 * spread of the flowers that it learns from; those of the test are not looked at before. As 45 flowers are few, it is
 * done again with other splits.
 *
 * What it reaches: 42 to 44 of 45 test flowers (96.2 % on average over the splits of the seeds 0 to 9), in some seconds. What it
 * takes for another species is versicolor or virginica, which overlap.
 *
 * Run it: npx tsx examples/recipes/iris.ts
 * Options: --epochs 60 --lr 0.01 --splits 10 --seed 0 (of the first split) --device auto
 */
import { argmax, array, fit, metrics, nn, noGrad, optim, random, type Tensor } from "maru";
import { filter, IRIS_CLASSES, IRIS_FEATURES, type IrisDataset, iris, map, stratifiedSplit } from "maru/data";
import { confusionPlot, decisionRegion, type PointSymbol, plot, scatter } from "maru/plot";
import { type Print, show, table } from "../show.js";
import { runRecipe } from "./shared.js";

const defaults = { epochs: 60, lr: 0.01, splits: 10, seed: 0, device: "auto" };

type Measures = Tensor<[number, 4], "float32">;

/** All flowers of a part, as one batch. */
const wholeOf = (part: IrisDataset) => part.batch(Array.from({ length: part.length }, (_, i) => i));

/** Splits the flowers, and learns from the larger part; gives both parts, and what it takes flowers for. */
export async function learnIris(
  flowers: IrisDataset,
  { epochs, lr, seed }: Pick<typeof defaults, "epochs" | "lr" | "seed">,
) {
  random.seed(seed);
  const [train, test] = stratifiedSplit(flowers, [0.7, 0.3], { seed }) as [IrisDataset, IrisDataset];
  const { inputs } = wholeOf(train);
  const [mean, spread] = [inputs.mean(0).realize(), inputs.std(0).realize()];
  const standardized = (measures: Measures) => measures.sub(mean).div(spread);

  const model = nn.sequential(nn.linear(4, 16), nn.tanh(), nn.linear(16, 3));
  const samples = map(train, ({ inputs, targets }) => ({ inputs: standardized(inputs), targets }));
  await fit(model, samples, {
    loss: nn.crossEntropy,
    optimizer: optim.adamw(lr),
    epochs,
    batchSize: 15,
    seed,
    progress: false,
  });
  const species = (measures: Measures) => noGrad(() => argmax(model.forward(standardized(measures)), 1));
  return { train, test, species };
}

type Learned = Awaited<ReturnType<typeof learnIris>>;

/** How many flowers of a part are taken for what they are. */
export function rightOf(part: IrisDataset, species: Learned["species"]): number {
  const { inputs, targets } = wholeOf(part);
  return Number(species(inputs).eq(targets).sum().item());
}

const colors = ["#2563eb", "#d97706", "#059669"];
const symbols: PointSymbol[] = ["circle", "triangle", "square"];

/** The flowers by their petals, and behind them what a flower would be taken for whose sepals are average. */
function petalPlane({ train, test, species }: Learned) {
  const sepals = wholeOf(train).inputs.mean(0).toArray().slice(0, 2);
  const marks = [train, test].flatMap((part) =>
    IRIS_CLASSES.map((name, label) => {
      const { inputs } = wholeOf(filter(part, ({ targets }) => targets.eq(label)));
      return scatter(inputs.at(":", 2), inputs.at(":", 3), {
        label: part === test ? `${name}, test` : name,
        color: colors[label]!,
        symbol: symbols[label]!,
        filled: part === test,
      });
    }),
  );
  const answer = (points: number[][]) =>
    species(array(points.map((petals) => [...sepals, ...petals])) as Measures);
  const region = decisionRegion(answer, {
    batch: true,
    x: [0.5, 7.5],
    y: [0, 2.7],
    colors: { 0: "#dbeafe", 1: "#fef3c7", 2: "#d1fae5" },
  });
  return plot(region, marks, {
    title: "Irises by their petals (filled: test flowers)",
    xLabel: `${IRIS_FEATURES[2]} in cm`,
    yLabel: `${IRIS_FEATURES[3]} in cm`,
    width: 720,
    height: 480,
  });
}

export async function main(print: Print, out: string, options: typeof defaults): Promise<void> {
  const flowers = await iris();
  const confusion = metrics.confusionMatrix({ classes: 3 });
  const rows: number[][] = [];
  let first: Learned | undefined;
  for (let seed = options.seed; rows.length < options.splits; seed++) {
    const learned = await learnIris(flowers, { ...options, seed });
    const { train, test, species } = learned;
    const { inputs, targets } = wholeOf(test);
    confusion.update(species(inputs), targets);
    rows.push([seed, rightOf(train, species), rightOf(test, species)]);
    first ??= learned;
  }
  print(table(["seed", "right of 105 learned from", "right of 45 of the test"], rows));
  print();

  await show(petalPlane(first!), "iris-petals", print, out);
  const counts = confusion.compute();
  const title = "What test flowers were taken for";
  await show(confusionPlot(counts, { title, width: 440, height: 360 }), "iris-confusion", print, out);
  const named = counts.map((row, i) => [IRIS_CLASSES[i], ...row]);
  print(table(["true species", ...IRIS_CLASSES], named));
  const right = rows.reduce((sum, row) => sum + row[2]!, 0);
  const share = ((100 * right) / (45 * rows.length)).toFixed(1);
  print(`\n${share} % of the test flowers are recognised (mean of ${rows.length} splits)`);
}

await runRecipe(import.meta.url, main, defaults);
