import * as v from "valibot";
import { type Code, slot, ts } from "../../code/template.js";
import { ACTIVATIONS, AMOUNTS, DEPTHS, ENGINES } from "../../engine/why-now/protocol.js";
import { range, whole } from "../../state/schema.js";
import { chapter } from "../chapter.js";
import DataPanel from "./DataPanel.svelte";
import DepthPanel from "./DepthPanel.svelte";
import PowerPanel from "./PowerPanel.svelte";
import { TOTAL } from "./session.svelte.js";

/** The data and the training that both programs have. */
const common = (
  seed: number,
): Code => ts`import { array, compile, Generator, nn, noGrad, optim, random, stack, type Tensor } from "maru";

const generator = new Generator(${slot("seed", seed)});
function spirals(n: number): [Tensor, Tensor] {
  const y: Tensor = array(Float32Array.from({ length: n }, (_, i) => i % 2));
  const along: Tensor = generator.uniform([n]).sqrt();
  const angle = along.mul(3 * Math.PI).add(y.mul(Math.PI));
  const x = stack([angle.cos().mul(along), angle.sin().mul(along)], 1);
  return [x.add(generator.normal([n, 2]).mul(0.03)), y.reshape(n, 1)];
}
const [testX, testY] = spirals(1000);

type Activation = (a: Tensor) => Tensor;
function accuracy(n: number, sizes: number[], h: Activation, rate: number, steps: number): string {
  const [x, y] = spirals(n);
  const layers = sizes.slice(1).map((outs, i) => nn.linear(sizes[i]!, outs));
  const optimizer = optim.adam(rate)(layers.flatMap((layer) => layer.parameters()));
  const scores = (inputs: Tensor): Tensor =>
    layers.reduce<Tensor>((value, layer, i) => {
      const a: Tensor = layer.forward(value);
      return i === layers.length - 1 ? a : h(a);
    }, inputs);
  const step = compile(() => {
    const loss = nn.bceWithLogits(scores(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss;
  });
  for (let i = 0; i < steps; i++) step();
  const right = noGrad(() => scores(testX).gt(0).eq(testY.gt(0.5)));
  return (100 * Number(right.astype("float32").mean().item())).toFixed(1);
}
`;

const ofData = (seed: number): Code => ts`${common(seed)}
for (const n of [8, 32, 128, 512]) {
  random.seed(${slot("seed", seed)});
  const network = accuracy(n, [2, 32, 32, 1], (a) => a.tanh(), 0.02, 400);
  const line = accuracy(n, [2, 1], (a) => a, 0.1, 400);
  console.log(n, network, line);
}`;

const ofDepth = (seed: number): Code =>
  ts`${common(seed)}
const activations: Record<string, Activation> = {
  step: (a) => a.gt(0).astype("float32"),
  sigmoid: (a) => sigmoid(a),
  relu: (a) => a.maximum(0),
};
for (const [name, h] of Object.entries(activations)) {
  for (const depth of [1, 3, 6]) {
    random.seed(${slot("seed", seed)});
    const sizes = [2, ...new Array<number>(depth).fill(16), 1];
    console.log(name, depth, accuracy(256, sizes, h, 0.01, 600));
  }
}`.map((piece) =>
    typeof piece === "string" ? piece.replace("random, stack", "random, sigmoid, stack") : piece,
  );

const ofPower = (): Code => ts`import { getThreads, random, setThreads } from "maru";

const n = 640;
const [a, b] = [random.normal([n, n]), random.normal([n, n])];
for (const threads of [1, 2]) {
  setThreads(threads);
  await a.matmul(b).data();
  const started = performance.now();
  for (let i = 0; i < 20; i++) await a.matmul(b).data();
  const seconds = (performance.now() - started) / 20 / 1000;
  console.log(getThreads(), (2 * n ** 3) / seconds / 1e9); // GFLOP/s
}`;

export default chapter({
  schema: v.object({
    seed: v.optional(whole(1, 999), 1),
    data: v.optional(
      v.pipe(
        v.array(v.object({ n: v.picklist(AMOUNTS), network: range(0, 1), line: range(0, 1) })),
        v.maxLength(TOTAL.data),
      ),
      [],
    ),
    power: v.optional(
      v.pipe(
        v.array(
          v.object({
            engine: v.picklist(ENGINES),
            threads: whole(1, 1024),
            rate: v.pipe(v.number(), v.minValue(0), v.maxValue(1e7)),
          }),
        ),
        v.maxLength(TOTAL.power),
      ),
      [],
    ),
    depth: v.optional(
      v.pipe(
        v.array(
          v.object({ activation: v.picklist(ACTIVATIONS), depth: v.picklist(DEPTHS), accuracy: range(0, 1) }),
        ),
        v.maxLength(TOTAL.depth),
      ),
      [],
    ),
  }),
  panels: [
    { id: "data", component: DataPanel },
    { id: "power", component: PowerPanel },
    { id: "depth", component: DepthPanel },
  ],
  code: ({ seed }, panel) =>
    panel === "data" ? ofData(seed) : panel === "depth" ? ofDepth(seed) : ofPower(),
});
