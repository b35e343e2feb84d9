/** Steps that are awaited: the event loop turns while they compute, and what comes out is what a plain call gives. */
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  array,
  compile,
  getDevice,
  nn,
  noGrad,
  optim,
  random,
  setDevice,
  type Tensor,
} from "../../src/index.js";

const before = getDevice();
beforeAll(() => setDevice("native"));
afterAll(() => setDevice(before));

/** A perceptron whose step takes some milliseconds. */
function classifier() {
  random.seed(5);
  const model = nn.sequential(nn.linear(512, 1024), nn.relu(), nn.linear(1024, 10));
  const optimizer = optim.adam(0.001)(model.parameters());
  const x = random.normal([512, 512]).realize() as Tensor;
  const y = array(
    Array.from({ length: 512 }, (_, i) => i % 10),
    { dtype: "int32" },
  ) as Tensor;
  const step = compile((inputs: Tensor, labels: Tensor) => {
    optimizer.zeroGrad();
    const loss = nn.crossEntropy(model.forward(inputs as never) as never, labels as never) as Tensor;
    loss.backward();
    optimizer.step();
    return loss;
  });
  const weights = (): unknown => model.parameters().map((w) => w.toArray());
  return { model, step, x, y, weights };
}

test("awaited steps give what plain ones give, and leave the thread free", async () => {
  const [one, other] = [classifier(), classifier()];
  const plain = Array.from({ length: 5 }, () => one.step(one.x, one.y).item());
  const awaited: unknown[] = [];
  await other.step.async(other.x, other.y).then((loss) => awaited.push(loss.item()));
  let turns = 0;
  let longest = 0;
  let last = performance.now();
  let on = true;
  const turn = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    turns++;
    if (on) setImmediate(turn);
  };
  setImmediate(turn);
  const begun = performance.now();
  for (let i = 0; i < 4; i++) awaited.push((await other.step.async(other.x, other.y)).item());
  const each = (performance.now() - begun) / 4;
  on = false;
  expect(awaited).toEqual(plain);
  expect(other.weights()).toEqual(one.weights());
  // The loop turned many times a step, and never waited for a whole one.
  expect(turns).toBeGreaterThan(40);
  expect(longest).toBeLessThan(each);
});

test("plain calls and readings meanwhile see values of before or after, and nothing is lost", async () => {
  const { model, step, x, y } = classifier();
  const first = model.parameters()[0]!;
  step(x, y);
  const old = first.toArray();
  const running = step.async(x, y);
  await Promise.resolve();
  expect(first.toArray()).toEqual(old);
  const predict = compile((inputs: Tensor) => noGrad(() => model.forward(inputs as never) as Tensor));
  const during = predict(x).toArray();
  await running;
  expect(first.toArray()).not.toEqual(old);
  expect(predict(x).toArray()).not.toEqual(during);
});

test("several functions awaited at once take turns", async () => {
  const [a, b] = [classifier(), classifier()];
  const losses = await Promise.all([a, b, a, b].map(({ step, x, y }) => step.async(x, y)));
  const [first, second, third, fourth] = losses.map((loss) => loss.item());
  expect(second).toBe(first);
  expect(fourth).toBe(third);
  expect(third).toBeLessThan(first as number);
});

test("awaited values of plain graphs", async () => {
  const x = random.normal([1024, 1024]).realize() as Tensor;
  const values = await (x.matmul(x as never) as Tensor).sum().data();
  expect(Number.isFinite(values[0])).toBe(true);
});
