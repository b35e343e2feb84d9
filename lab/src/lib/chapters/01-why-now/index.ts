import * as v from "valibot";
import { type Code, slot, ts } from "../../code/template.js";
import { ACTIVATIONS, AMOUNTS, DEPTHS, ENGINES } from "../../engine/why-now/protocol.js";
import { chapter } from "../chapter.js";
import DataPanel from "./DataPanel.svelte";
import DepthPanel from "./DepthPanel.svelte";
import PowerPanel from "./PowerPanel.svelte";
import { TOTAL } from "./session.svelte.js";

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const wholeUpTo = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most));

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

function accuracy(n: number, model: nn.Module, rate: number, steps: number): string {
  const [x, y] = spirals(n);
  const optimizer = optim.adam(rate)(model.parameters());
  const scores = (inputs: Tensor): Tensor => model.forward(inputs);
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
  const network = nn.sequential(nn.linear(2, 32), nn.tanh(), nn.linear(32, 32), nn.tanh(), nn.linear(32, 1));
  const line = nn.sequential(nn.linear(2, 1));
  console.log(n, accuracy(n, network, 0.02, 400), accuracy(n, line, 0.1, 400));
}`;

const ofDepth = (seed: number): Code => ts`${common(seed)}
class Step extends nn.Module {
  forward(x: Tensor): Tensor {
    return x.gt(0).astype("float32");
  }
}
for (const [name, make] of Object.entries({ step: () => new Step(), sigmoid: nn.sigmoid, relu: nn.relu })) {
  for (const depth of [1, 3, 6]) {
    random.seed(${slot("seed", seed)});
    const layers = Array.from({ length: depth }, (_, i) => [nn.linear(i === 0 ? 2 : 16, 16), make()]).flat();
    const model = nn.sequential(...layers, nn.linear(16, 1));
    console.log(name, depth, accuracy(256, model, 0.01, 600));
  }
}`;

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
    seed: v.optional(wholeUpTo(999), 1),
    data: v.optional(
      v.pipe(
        v.array(v.object({ n: v.picklist(AMOUNTS), network: share, line: share })),
        v.maxLength(TOTAL.data),
      ),
      [],
    ),
    power: v.optional(
      v.pipe(
        v.array(
          v.object({
            engine: v.picklist(ENGINES),
            threads: wholeUpTo(1024),
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
          v.object({ activation: v.picklist(ACTIVATIONS), depth: v.picklist(DEPTHS), accuracy: share }),
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
