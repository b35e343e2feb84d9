/** One step of training: forward, backward and update, compiled to one program where that can be done. */
import type { Batch } from "../data/index.js";
import { DataError } from "../errors.js";
import type { Ema, Optimizer } from "../optim/index.js";
import { array, type GeneratorState, random, realize, type Tensor, where } from "../tensor/index.js";
import { augmented } from "./augment.js";
import { buffersOf } from "./buffers.js";
import { clipGradients } from "./clip.js";
import { compiledWherePossible } from "./compiled.js";
import { lossOf, type Measured, metricSums, type Tally } from "./metrics.js";
import { type Model, predict } from "./model.js";
import type { FitOptions } from "./options.js";

/** Which of a step's batches it is: the first begins the gradients, the last updates the weights. */
type Role = "first" | "middle" | "last";

/** What a step works with. */
export interface StepParts {
  readonly model: Model;
  readonly optimizer: Optimizer;
  readonly average: Ema | undefined;
  readonly options: FitOptions;
  /** Are `.grad`s to be left on the parameters? */
  readonly gradients: boolean;
  /** Where the training stands, for errors. */
  readonly where: () => string;
}

/** A batch whose loss, or whose gradients' norm, is no finite number; nothing was updated. */
export class BadBatch extends DataError {
  constructor(
    readonly value: number,
    readonly inputs: Tensor,
    readonly targets: Tensor,
    /** The stream of random numbers before it was computed. */
    readonly random: GeneratorState,
  ) {
    super(`the loss is ${value}`);
  }
}

export class Step {
  readonly #parts: StepParts;
  readonly #whole: (inputs: Tensor, targets: Tensor) => Promise<Measured>;
  readonly #part: (inputs: Tensor, targets: Tensor, share: Tensor, role: Role) => Promise<Measured>;

  constructor(parts: StepParts) {
    const { compile = true } = parts.options;
    this.#parts = parts;
    this.#whole = compiledWherePossible(compile, (x: Tensor, y: Tensor) => this.#forwardAndBack(x, y));
    this.#part = compiledWherePossible(compile, (x: Tensor, y: Tensor, share: Tensor, role: Role) =>
      this.#gather(x, y, share, role),
    );
  }

  /**
   * Forward, backward and update for a batch; the mean of its losses.
   *
   * @throws BadBatch where that is no number: then nothing has changed
   */
  async one(batch: Batch, tally: Tally): Promise<number> {
    const before = random.getState();
    return this.#count(await this.#whole(batch.inputs, batch.targets), batch, before, tally);
  }

  /** As `one` for several batches, which hold so many `samples` together: taken one after the other, and updated once. */
  async several(take: () => Batch, count: number, samples: number, tally: Tally): Promise<number> {
    let sum = 0;
    for (let i = 1; i <= count; i++) {
      const batch = take();
      const { inputs, targets } = batch;
      const before = random.getState();
      const role = i === count ? "last" : i === 1 ? "first" : "middle";
      const share = array(inputs.shape[0]! / samples, { dtype: "float64" });
      const measured = await this.#part(inputs, targets, share, role);
      sum += this.#count(measured, batch, before, tally) * inputs.shape[0]!;
    }
    return sum / samples;
  }

  #count({ loss, sums }: Measured, { inputs, targets }: Batch, before: GeneratorState, tally: Tally): number {
    const mean = Number(loss.item());
    if (!Number.isFinite(mean)) throw new BadBatch(mean, inputs, targets, before);
    tally.add(inputs.shape[0]!, mean, sums);
    return mean;
  }

  #forwardAndBack(inputs: Tensor, targets: Tensor): Measured {
    const { value, sums } = this.#forward(inputs, targets);
    this.#parts.optimizer.zeroGrad();
    value.backward();
    return { loss: this.#update(value, sums), sums };
  }

  /** Adds a batch's part of the gradients to what the batches before it gave, and updates at the last. */
  #gather(inputs: Tensor, targets: Tensor, share: Tensor, role: Role): Measured {
    const { optimizer } = this.#parts;
    const { value, sums } = this.#forward(inputs, targets);
    if (role === "first") optimizer.zeroGrad();
    value.mul(share.astype(value.dtype)).backward();
    if (role === "last") return { loss: this.#update(value, sums), sums };
    const gradients = optimizer.parameters.flatMap(({ grad }) => grad ?? []);
    realize([value, ...Object.values(sums), ...gradients]);
    return { loss: value, sums };
  }

  /** Loss and metrics of a batch. Buffers that the forward pass moves stay as they are where the loss is no number. */
  #forward(inputs: Tensor, targets: Tensor): { value: Tensor; sums: Record<string, Tensor> } {
    const { model, options, where: place } = this.#parts;
    const buffers = buffersOf(model).map((buffer) => [buffer, buffer.detach()] as const);
    const prediction = predict(model, augmented(options.augment, inputs));
    const value = lossOf(options.loss, prediction, targets, place);
    const sums = metricSums(options.metrics, prediction, targets);
    for (const [buffer, before] of buffers) buffer.assign(where(value.isFinite(), buffer, before));
    return { value, sums };
  }

  /** The update, where loss and norm of the gradients are finite; the loss, which is NaN where the norm is not. */
  #update(value: Tensor, sums: Readonly<Record<string, Tensor>>): Tensor {
    const { optimizer, average, options, gradients } = this.#parts;
    const norm = clipGradients(optimizer, options);
    // Where the step is not compiled: forward is computed once, for the metrics too.
    realize([value, ...Object.values(sums)], true);
    const loss = norm === undefined ? value : (where(norm.isFinite(), value, Number.NaN) as Tensor);
    optimizer.step(loss.isFinite());
    average?.update();
    // Gradients that nobody can look at need not be written.
    if (!gradients) optimizer.zeroGrad();
    return loss;
  }
}
