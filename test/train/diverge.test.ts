/** A loss that is no number: the training stops, says where it comes from, and nothing has been changed by that step. */
import {
  array,
  DataError,
  type FitOptions,
  fit,
  type Generator,
  nn,
  optim,
  random,
  type Tensor,
  zeros,
} from "maru";
import { type Dataset, tensorDataset } from "maru/data";
import { describe, expect, it } from "vitest";
import { bitsOf, clouds, Noisy, network, settings } from "./tiny.js";

const once: Partial<FitOptions> = { epochs: 1, batchSize: 16 };

/** What fit says, and that the model is as it was. */
async function refused(model: nn.Module, data: Dataset, options: Partial<FitOptions>): Promise<string> {
  const before = bitsOf(model.stateDict());
  const attempt = fit(model as never, data as never, { ...settings, ...once, ...options } as never);
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DataError);
  expect(bitsOf(model.stateDict())).toEqual(before);
  return (error as Error).message;
}

/** A layer whose output overflows, deep in a network with names. */
class Overflow extends nn.Module {
  forward(x: Tensor): Tensor {
    return x.mul(1e30).square();
  }
}

class Deep extends nn.Module {
  readonly body = [nn.linear(2, 4), new Overflow(), nn.linear(4, 2)] as const;
  forward(x: Tensor): Tensor {
    const [first, second, third] = this.body;
    return third.forward(second.forward(first.forward(x) as Tensor) as never) as Tensor;
  }
}

describe("a loss that is no number", () => {
  it.each([true, false])("names step, layer and likely cause (compiled: %s)", async (compile) => {
    const said = await refused(new Deep(), clouds(16) as Dataset, { compile });
    expect(said).toMatch(
      /^fit: epoch 1, step 1 of 1: the loss is (NaN|Infinity); the steps are probably too large: try a learning rate well below 0.02; the first output with NaN or infinity is that of layer body.1 \(Overflow\)$/,
    );
  });

  it("leaves forward as it was, and the stream of random numbers where it would be", async () => {
    const model = new Deep();
    await refused(model, clouds(16) as Dataset, {});
    expect(Object.hasOwn(model, "forward")).toBe(false);
    expect(Object.hasOwn(model.body[1], "forward")).toBe(false);
    expect(model.forward(zeros([1, 2])).shape).toEqual([1, 2]);
  });

  it.each([1, 3])("computes the batch again with its own random numbers, one of %i", async (accumulate) => {
    // Only a draw above 0.8 overflows.
    let drawn: unknown;
    class Dice extends nn.Module {
      readonly inner = network();
      readonly gate = new (class Gate extends nn.Module {
        forward(x: Tensor): Tensor {
          const noise = random.uniform([1]);
          drawn = noise.toArray();
          return x.mul(noise.gt(0.8).astype("float32").mul(1e38).mul(10).add(1)) as Tensor;
        }
      })();
      forward(x: Tensor): Tensor {
        return this.inner.forward(this.gate.forward(x) as never) as Tensor;
      }
    }
    const attempt = fit(new Dice(), clouds(16), {
      ...settings,
      batchSize: 4,
      accumulate,
      epochs: 100,
    } as never);
    await expect(attempt).rejects.toThrow(
      "the first output with NaN or infinity is that of layer gate (Gate)",
    );
    expect((drawn as number[])[0]).toBeGreaterThan(0.8);
  });

  it("of finite outputs is the loss function's", async () => {
    const loss = (x: Tensor): Tensor => x.mul(0).sum().log().mul(0) as Tensor;
    const said = await refused(network(), clouds(16) as Dataset, { loss: loss as never });
    expect(said).toContain("the loss is NaN; the model's outputs are finite, so it is the loss function");
  });

  it("of broken data says so", async () => {
    const broken = (what: "inputs" | "targets"): Dataset => ({
      length: 4,
      inputShape: [2],
      targetShape: [1],
      batch: () => ({
        inputs: (what === "inputs" ? array([[1, Number.NaN]]) : zeros([1, 2])) as never,
        targets: (what === "targets" ? array([[Infinity]]) : zeros([1, 1])) as never,
      }),
    });
    for (const what of ["inputs", "targets"] as const) {
      const model = nn.sequential(nn.linear(2, 1));
      const said = await refused(model, broken(what), { loss: nn.mse, batchSize: 1 });
      expect(said).toContain(`the ${what} of this batch hold NaN or infinity: clean the data`);
    }
  });

  it("of inputs that augment has broken says so, by their own random numbers", async () => {
    const augment = (x: Tensor, generator: Generator): Tensor =>
      x.div(generator.uniform([1]).lt(0.8).astype("float32")) as Tensor;
    const attempt = fit(network(), clouds(64), { ...settings, epochs: 100, augment });
    await expect(attempt).rejects.toThrow(
      /the loss is (NaN|Infinity); augment makes NaN or infinity of this batch's inputs, which were finite$/,
    );
  });

  it("changes no buffer of the model, and not the average either", async () => {
    const model = new Noisy();
    const data = {
      ...clouds(16),
      batch: () => ({ ...clouds(16).batch([0, 1]), inputs: zeros([2, 2]).div(0) }),
    };
    await refused(model, data as never, { ema: 0.5 });
    expect(model.mean.toArray()).toEqual([0, 0]);
  });

  it("in one of several gathered batches updates nothing", async () => {
    const inputs = Array.from({ length: 6 }, (_, i) => [i === 3 ? 1e38 : 1, 1]);
    const data = tensorDataset(array(inputs), zeros([6, 1])) as Dataset;
    const model = nn.sequential(nn.linear(2, 1));
    const options = { loss: nn.mse, shuffle: false, batchSize: 2, accumulate: 3 };
    expect(await refused(model, data, options)).toContain("step 1 of 1: the loss is Infinity");
  });
});

describe("a gradient that is no number", () => {
  it("of a loss that is one is named where the norm is looked at", async () => {
    class Root extends nn.Module {
      readonly before = nn.linear(2, 1, { bias: false });
      readonly after = nn.linear(1, 1);
      forward(x: Tensor): Tensor {
        return this.after.forward(this.before.forward(x).mul(0).sqrt() as never) as Tensor;
      }
    }
    const data = tensorDataset(array([[1, 2]]), array([[1]])) as Dataset;
    for (const compile of [true, false]) {
      const said = await refused(new Root(), data, { loss: nn.mse, clipNorm: 1, compile });
      expect(said).toMatch(
        /^fit: epoch 1, step 1 of 1: the loss is [\d.e-]+, but the gradient of before.weight holds NaN or infinity; look for a root/,
      );
    }
  });

  it("is found at the next step where nobody looked", async () => {
    const data = tensorDataset(array([[1e18, 1e18]]), zeros([1, 1]));
    const model = nn.sequential(nn.linear(2, 1));
    const attempt = fit(model, data, { ...settings, loss: nn.mse, optimizer: optim.sgd(1e10) });
    await expect(attempt).rejects.toThrow(
      "the weights were overrun by an update before this step, 0.weight holds",
    );
  });
});
