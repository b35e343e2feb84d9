/** The same network, the same points and the same training as a program of one's own. */
import { type Code, slot, ts } from "../../code/template.js";
import type { Kind } from "../../engine/playground/data.js";
import { classesOf } from "../../engine/playground/data.js";
import { type Feature, placesOf, sizesOf } from "../../engine/playground/settings.js";
import type { Translate } from "../../text/words.js";
import { dataSettingsOf, isRecorded, networkOf, type PlaygroundLesson } from "./lesson.js";

const COLUMNS: Readonly<Record<Feature, string>> = {
  x1: "x1",
  x2: "x2",
  x1x1: "x1.square()",
  x2x2: "x2.square()",
  x1x2: "x1.mul(x2)",
  sin1: "x1.mul(Math.PI).sin()",
  sin2: "x2.mul(Math.PI).sin()",
};

/** How each set is drawn, as `data.ts` draws it. */
const SHAPES: Readonly<Record<Exclude<Kind, "own">, string>> = {
  blobs: `const middle = label.mul((2 * Math.PI) / classes).add(Math.PI / 4);
const shape = around(middle, label.mul(0).add(1.1)).add(around(u.mul(2 * Math.PI), v.sqrt().mul(0.55)));`,
  xor: `const a = u.mul(2).sub(1);
const side = a.ge(0).astype("float32").mul(2).sub(1);
const shape = pair(a.mul(1.4).add(side.mul(0.15)), v.mul(1.4).add(0.15).mul(side).mul(label.mul(-2).add(1)));`,
  circle: `const width = 1.75 / (classes * 1.5 - 0.5);
const shape = around(u.mul(2 * Math.PI), label.mul(1.5).add(v).mul(width));`,
  moons: `const [angle, radius] = [u.mul(Math.PI), v.mul(0.2).add(0.95)];
const shape = pair(
  angle.cos().mul(radius).add(label).sub(0.5),
  angle.sin().mul(radius).sub(0.25).mul(label.mul(-2).add(1)),
);`,
  spiral: `const turn = u.mul(1.2 * 2 * Math.PI).add(label.mul((2 * Math.PI) / classes));
const shape = around(turn, u.mul(1.6).add(0.15));`,
};

const HELPERS = [
  [
    "around",
    "const around = (angle: Tensor, radius: Tensor): Tensor => stack([angle.cos().mul(radius), angle.sin().mul(radius)], 1);",
  ],
  ["pair", "const pair = (a: Tensor, b: Tensor): Tensor => stack([a, b], 1);"],
] as const;

function points(lesson: PlaygroundLesson): Code {
  const { kind, count, noise, dataSeed } = lesson;
  if (kind === "own")
    return ts`const all = ${JSON.stringify(lesson.points)};
const n = all.length;
const points: Tensor = array(all.map(([a, b]) => [a!, b!]));
const label: Tensor = array(all.map((point) => point[2]!), { dtype: "int32" });`;
  const shape = SHAPES[kind];
  const helpers = HELPERS.filter(([name]) => shape.includes(`${name}(`)).map(([, text]) => `${text}\n`);
  return ts`const [n, classes] = [${slot("count", count)}, ${classesOf(dataSettingsOf(lesson))}];
${helpers.join("")}const draw = new Generator(${slot("dataSeed", dataSeed)});
const u: Tensor = draw.uniform([n]);
${kind === "spiral" ? "" : "const v: Tensor = "}draw.uniform([n]);
const label: Tensor = array(Array.from({ length: n }, (_, i) => i % classes), { dtype: "int32" });
${shape}
const points: Tensor = shape.add(draw.normal([n, 2]).mul(${slot("noise", noise)})).maximum(-2).minimum(2).astype("float32");`;
}

/** What was changed on the way, as lines of the loop. */
function changes(lesson: PlaygroundLesson): string {
  const places = placesOf(sizesOf(networkOf(lesson)));
  return lesson.run.acts
    .map(({ at, what, index, to }) => {
      const when = `  if (update === ${at}) `;
      if (what === "rate") return `${when}optimizer.lr = ${to};\n`;
      if (what === "l2") return `${when}l2 = array(${to});\n`;
      const layer = places.findLastIndex(({ weight }) => weight <= index);
      const { weight, bias } = places[layer]!;
      return index < bias
        ? `${when}put(parameters[${2 * layer}]!, ${index - weight}, ${to});\n`
        : `${when}put(parameters[${2 * layer + 1}]!, ${index - bias}, ${to});\n`;
    })
    .join("");
}

const PUT = `
const put = (parameter: Tensor, place: number, value: number): void => {
  const values = [...parameter.dataSync()];
  values[place] = value;
  parameter.assign(array(values).reshape(...parameter.shape));
};`;

export function program(lesson: PlaygroundLesson, t: Translate): Code {
  const network = networkOf(lesson);
  const { features, activation, loss, optimizer, batch, seed, classes } = network;
  const recorded = isRecorded(lesson);
  const acts = recorded ? lesson.run.acts : [];
  const rate = recorded ? lesson.run.rate : lesson.rate;
  const l2 = recorded ? lesson.run.l2 : lesson.l2;
  const decays = l2 > 0 || acts.some(({ what }) => what === "l2");
  const sizes = sizesOf(network);
  const layers = sizes.slice(1).map((outs, i) => {
    const linear = `nn.linear(${sizes[i]}, ${outs})`;
    return i < sizes.length - 2 && activation !== "linear" ? `${linear}, nn.${activation}()` : linear;
  });
  const two = classes === 2;
  const score =
    loss === "crossEntropy"
      ? `nn.${two ? "bceWithLogits" : "crossEntropy"}(scores, y)`
      : two
        ? "nn.mse(sigmoid(scores), y)"
        : `nn.mse(softmax(scores, 1), y.reshape(y.size, 1).eq(array([0, 1, 2])).astype("float32"))`;
  const used = [
    "array",
    "compile",
    "Generator",
    "nn",
    "optim",
    "random",
    ...(loss === "mse" ? [two ? "sigmoid" : "softmax"] : []),
    "stack",
  ];
  const made =
    optimizer === "adam"
      ? ts`optim.adam(${rateOf(acts, rate)})`
      : ts`optim.sgd(${rateOf(acts, rate)}${optimizer === "momentum" ? ", { momentum: 0.9 }" : ""})`;
  return ts`import { ${used.join(", ")}, type Tensor } from "maru";

// ${t("code.data")}
${points(lesson)}
const inputs = (p: Tensor): Tensor => {
  const [x1, x2] = [p.at("...", 0), p.at("...", 1)];
  return stack([${features.map((name) => COLUMNS[name]).join(", ")}], 1);
};
const order = [...new Generator(${lesson.dataSeed + 1}).permutation(n).dataSync()];
const tests = Math.min(Math.floor(n * ${lesson.test}), n - 1);
const part = (rows: number[]): { x: Tensor; y: Tensor; n: number } => {
  const sorted = array([...rows].sort((a, b) => a - b), { dtype: "int32" });
  const y: Tensor = label.take(sorted, 0);
  return { x: inputs(points.take(sorted, 0)), y: ${two ? `y.astype("float32").reshape(rows.length, 1)` : "y"}, n: rows.length };
};
const [train, test] = [part(order.slice(tests)), part(order.slice(0, tests))];

// ${t("code.network")}
random.seed(${slot("seed", seed)});
const model = nn.sequential(${layers.join(", ")});
const parameters = model.parameters();
const optimizer = ${made}(parameters);
const lossOf = (scores: Tensor, y: Tensor): Tensor => ${score};${decays ? `\nlet l2: Tensor = array(${l2});` : ""}${acts.some(({ what }) => what === "weight") ? PUT : ""}
const step = compile((rows: Tensor${decays ? ", l2: Tensor" : ""}) => {
  const scores: Tensor = model.forward(train.x.take(rows, 0));
  let loss = lossOf(scores, train.y.take(rows, 0));${
    decays
      ? `
  const squares = parameters.filter(({ ndim }) => ndim === 2).map((w) => w.square().sum() as Tensor);
  loss = loss.add(squares.reduce((a, b) => a.add(b)).mul(l2.mul(0.5)));`
      : ""
  }
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  return loss;
});

// ${t("code.training")}
const size = ${batch};
const batches = Math.ceil(train.n / size);
let shuffled: Int32Array = new Int32Array();
for (let update = 0; update < ${recorded ? lesson.run.trained : 200}; update++) {
${recorded ? changes(lesson) : ""}  if (update % batches === 0) shuffled = Int32Array.from(random.permutation(train.n).dataSync());
  const from = (update % batches) * size;
  step(array(shuffled.slice(from, from + size))${decays ? ", l2" : ""});
}
for (const [name, { x, y, n }] of Object.entries({ train, test })) {
  if (n === 0) continue;
  const scores: Tensor = model.forward(x);
  const right = ${two ? "scores.gt(0).eq(y.gt(0.5))" : "scores.argmax(1).eq(y)"};
  console.log(name, Number(lossOf(scores, y).item()), Number(right.astype("float32").mean().item()));
}`;
}

/** A rate that was changed on the way is not the one of the slider. */
const rateOf = (acts: readonly { what: string }[], rate: number): Code =>
  acts.some(({ what }) => what === "rate") ? ts`${rate}` : ts`${slot("rate", rate)}`;
