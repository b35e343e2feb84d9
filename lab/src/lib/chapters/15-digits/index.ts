import * as v from "valibot";
import { slot, ts } from "../../code/template.js";
import { digits } from "../../engine/digits/session.svelte.js";
import { EMPTY } from "../../figures/digits/picture.js";
import { whole } from "../../state/schema.js";
import { chapter } from "../chapter.js";
import DrawPanel from "./DrawPanel.svelte";
import { LENGTHS } from "./lesson.js";
import TrainPanel from "./TrainPanel.svelte";

export default chapter({
  schema: v.object({
    seed: v.optional(whole(1, 999), 1),
    steps: v.optional(v.picklist(LENGTHS), 600),
    ink: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{784}$/)), EMPTY),
    ready: v.optional(v.boolean(), false),
    test: v.optional(whole(0, 9999), 0),
  }),
  panels: [
    { id: "train", component: TrainPanel },
    { id: "draw", component: DrawPanel },
  ],
  weights: () => digits.weights(),
  code: ({
    seed,
    steps,
    test,
  }) => ts`import { compile, Generator, nn, noGrad, optim, random, softmax, type Tensor } from "maru";
import { mnist } from "maru/data";

const [train, test] = await Promise.all([mnist("train"), mnist("test")]);
random.seed(${slot("seed", seed)});
const model = nn.sequential(
  nn.conv2d(1, 16, 3, { padding: 1 }),
  nn.relu(),
  nn.maxPool2d(2),
  nn.conv2d(16, 32, 3, { padding: 1 }),
  nn.relu(),
  nn.maxPool2d(2),
  nn.flatten(),
  nn.linear(1568, 10),
);
const optimizer = optim.adam(0.005)(model.parameters());
const scores = (x: Tensor): Tensor => model.forward(x as never);
const update = compile((x: Tensor, y: Tensor) => {
  const loss = nn.crossEntropy(scores(x), y) as Tensor;
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
  return loss;
});

const steps = ${steps};
const draw = new Generator(${slot("seed", seed)});
let order: number[] = [];
function pick(): number[] {
  if (order.length < 100) order = Array.from(draw.permutation(train.length).dataSync());
  return order.splice(0, 100);
}
for (let step = 1; step <= steps; step++) {
  optimizer.lr = 0.005 * (1 - (0.9 * (step - 1)) / steps);
  const { inputs, targets } = train.batch(pick());
  const loss = update(inputs as Tensor, targets as Tensor);
  if (step % 100 === 0) console.log(step, (await loss.data())[0]);
}

let right = 0;
for (let i = 0; i < 10_000; i += 500) {
  const { inputs, targets } = test.batch(Array.from({ length: 500 }, (_, k) => i + k));
  const hits = noGrad(() => scores(inputs as Tensor).argmax(1).eq(targets as Tensor).sum());
  right += Number((await hits.data())[0]);
}
console.log(right / 10_000);
const one = test.batch([${slot("test", test)}]).inputs as Tensor;
console.log(String(noGrad(() => softmax(scores(one), 1))));`,
});
