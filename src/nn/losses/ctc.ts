/**
 * Connectionist temporal classification: the probability of a sequence of labels when nothing says at which step each
 * stands (Graves, Fernandez, Gomez and Schmidhuber 2006, Connectionist Temporal Classification). The forward recursion
 * of section 4.1 in logarithms; the backward one is its derivative.
 */
import { DTypeError, IndexError, ShapeError, ValueError } from "../../errors.js";
import { isFloat } from "../../graph/index.js";
import { formatShape, sameShape, slice } from "../../shape/index.js";
import { checkValues } from "../../tensor/capture.js";
import {
  arange,
  array,
  clip,
  concatenate,
  cumsum,
  full,
  logicalAnd,
  logicalOr,
  logsumexp,
  maximum,
  pad,
  stack,
  Tensor,
  take,
  takeAlongAxis,
  where,
} from "../../tensor/index.js";
import { oneOf } from "../checks.js";
import { type LossOptions, type LossValue, tensors } from "./reduction.js";

/** How many there are of each sample: a list, or integers of shape (N), or () for one sample. */
export type Lengths = Tensor | readonly number[] | number;

/** What {@link ctc} takes. */
export interface CtcOptions extends LossOptions {
  /** The class that stands for no label; 0 by default. */
  readonly blank?: number;
  /** Count a sample whose labels cannot fit into its steps as 0, and learn nothing from it? false by default. */
  readonly zeroInfinity?: boolean;
}

/** A logarithm of 0 that can be added to and taken from: 0 of exp, and no NaN from infinity - infinity. */
const NEVER = -1e30;
/** Beyond it a loss has come through at least one step that cannot be. */
const IMPOSSIBLE = 1e29;

/**
 * The connectionist temporal classification loss: -ln of the probability that the steps spell the labels, summed over
 * all ways to place them, blanks between. `logProbabilities` are (T, N, C), or (T, C) for one sample, what `logSoftmax`
 * gives. `targets` are integers (N, S), of which the first `targetLengths` count, or all samples' labels one after the
 * other in one axis. The mean divides each loss by its number of labels first, as PyTorch's does. The result is 0-d, or
 * (N) with reduction none.
 *
 * Where a sample has fewer steps than its labels need (one each, and one more between equals) the loss is infinite, and
 * its derivative 0; `zeroInfinity` makes the loss 0 too. The derivative by the log-probabilities is that of the loss as it
 * stands. PyTorch's takes them for the output of a softmax and adds their exponentials; behind `logSoftmax` both give
 * the same.
 *
 * @throws ShapeError where the shapes do not go together
 * @throws DTypeError where log-probabilities are no floats, or targets or lengths no integers
 * @throws ValueError where blank is no class, or a length is negative, or beyond T or S
 * @throws IndexError where a target is no class
 * @example
 * ```ts
 * const logProbabilities = full([4, 1, 3], Math.log(1 / 3)); // 4 steps, all 3 classes equally likely
 * const targets = array([[1, 2]], { dtype: "int32" });
 * String(nn.ctc(logProbabilities, targets, [4], [2])); // 0.8431995
 * ```
 */
export function ctc(
  logProbabilities: Tensor,
  targets: Tensor,
  inputLengths: Lengths,
  targetLengths: Lengths,
  options: CtcOptions = {},
): LossValue {
  const { blank = 0, zeroInfinity = false, reduction = "mean" } = options;
  oneOf("reduction", reduction, ["mean", "sum", "none"]);
  const single = checkInputs(logProbabilities, targets, blank);
  const scores = (single ? logProbabilities.unsqueeze(1) : logProbabilities) as Tensor;
  const [steps, batch] = scores.shape as [number, number, number];
  const ends = lengths("inputLengths", inputLengths, batch, steps);
  const labels = padded(targets, targetLengths, batch, single);
  const losses = samples(scores, { ...labels, ends, blank });
  const impossible = losses.gt(IMPOSSIBLE) as Tensor;
  const mended = where(impossible, zeroInfinity ? 0 : Infinity, losses) as Tensor;
  if (reduction === "none") return (single ? mended.squeeze(0) : mended) as LossValue;
  if (reduction === "sum") return mended.sum() as LossValue;
  return mended.div(maximum(labels.counts, 1).astype(losses.dtype)).mean() as LossValue;
}

/** Is it one sample? Throws where log-probabilities, targets or the blank cannot be. */
function checkInputs(logProbabilities: Tensor, targets: Tensor, blank: number): boolean {
  tensors("ctc", logProbabilities, targets);
  if (!isFloat(logProbabilities.dtype)) {
    throw new DTypeError(`ctc: log-probabilities must be floats, got ${logProbabilities.dtype}`);
  }
  if (logProbabilities.ndim !== 2 && logProbabilities.ndim !== 3) {
    throw new ShapeError(
      `ctc: log-probabilities must have shape (steps, batch, classes) or (steps, classes), got ${formatShape(logProbabilities.shape)}`,
    );
  }
  const classes = logProbabilities.shape.at(-1)!;
  if (!Number.isInteger(blank) || blank < 0 || blank >= classes) {
    throw new ValueError(`ctc: blank must be one of ${classes} classes (0 to ${classes - 1}), got ${blank}`);
  }
  if (isFloat(targets.dtype) || targets.dtype === "bool") {
    throw new DTypeError(`ctc: targets must be integers, got ${targets.dtype}`);
  }
  return logProbabilities.ndim === 2;
}

/** A length, which an int32 would cut. */
function whole(length: number): number {
  if (Number.isSafeInteger(length)) return length;
  throw new ValueError(`ctc: a length must be a whole number, got ${length}`);
}

/** Lengths as int32 (N), each from 0 to the most that there is. */
function lengths(what: string, given: Lengths, batch: number, most: number): Tensor {
  const list =
    given instanceof Tensor
      ? given
      : array((typeof given === "number" ? [given] : given).map(whole), { dtype: "int32" });
  if (isFloat(list.dtype)) throw new DTypeError(`ctc: ${what} must be integers, got ${list.dtype}`);
  const flat = (list.ndim === 0 ? list.unsqueeze(0) : list) as Tensor;
  if (!sameShape(flat.shape, [batch])) {
    throw new ShapeError(`ctc: ${what} must have shape (${batch},), got ${formatShape(list.shape)}`);
  }
  checkValues(flat.node, (values) =>
    values.forEach((length: number) => {
      if (length >= 0 && length <= most) return;
      throw new ValueError(`ctc: ${what} must be from 0 to ${most}, got ${length}`);
    }),
  );
  return flat.astype("int32") as Tensor;
}

interface Padded {
  /** (N, S); what stands beyond a sample's count does not matter. */
  readonly labels: Tensor;
  /** (N). */
  readonly counts: Tensor;
}

/** Targets as rows, and how many of each row count. */
function padded(targets: Tensor, given: Lengths, batch: number, single: boolean): Padded {
  if (targets.ndim === 2 || single) {
    const labels = (targets.ndim === 1 ? targets.unsqueeze(0) : targets) as Tensor;
    if (labels.ndim !== 2 || labels.shape[0] !== batch) {
      throw new ShapeError(
        `ctc: targets must have shape (${batch},S) or be one axis, got ${formatShape(targets.shape)}`,
      );
    }
    const counts = lengths("targetLengths", given, batch, labels.shape[1]!);
    return { labels: labels.astype("int32") as Tensor, counts };
  }
  if (targets.ndim !== 1) {
    throw new ShapeError(
      `ctc: targets must have shape (${batch},S) or be one axis, got ${formatShape(targets.shape)}`,
    );
  }
  return unpacked(targets, lengths("targetLengths", given, batch, targets.size));
}

/** Rows from labels one after the other: row n begins where those before it end. */
function unpacked(targets: Tensor, counts: Tensor): Padded {
  const known = counts.node.storage?.host as Int32Array | undefined;
  const total = known?.reduce((a, b) => a + b, 0) ?? targets.size;
  if (total !== targets.size) {
    throw new ValueError(`ctc: targetLengths add up to ${total}, and there are ${targets.size} targets`);
  }
  const longest = known?.reduce((a, b) => Math.max(a, b), 0) ?? targets.size;
  if (targets.size === 0) return { labels: full([counts.size, 0], 0, { dtype: "int32" }) as Tensor, counts };
  const begins = cumsum(counts, 0).sub(counts).unsqueeze(-1);
  const places = begins.add(upTo(longest)).clip(0, targets.size - 1);
  return { labels: take(targets.astype("int32"), places.astype("int32"), 0) as Tensor, counts };
}

interface Paths extends Padded {
  readonly ends: Tensor;
  readonly blank: number;
}

/** -ln of the probability of each sample's labels (N), above {@link IMPOSSIBLE} where that is 0. */
function samples(scores: Tensor, { labels, counts, ends, blank }: Paths): Tensor {
  const [steps, batch, classes] = scores.shape as [number, number, number];
  const places = upTo(labels.shape[1]!);
  const valid = counts.unsqueeze(-1).gt(places) as Tensor;
  checkTargets(labels, counts, classes);
  const row = spelled(where(valid, labels, blank) as Tensor, blank);
  const width = row.shape[1]!;
  const skips = skippable(row, blank);
  const emitted = clip(
    takeAlongAxis(scores, row.unsqueeze(0).broadcastTo([steps, batch, width]), 2),
    NEVER,
  ) as Tensor;
  // Before the first step: at the first place, on the way to it or to the second.
  const first = where(upTo(width).eq(0), 0, NEVER).astype(scores.dtype) as Tensor;
  let alpha = first.broadcastTo([batch, width]) as Tensor;
  for (let t = 0; t < steps; t++) {
    const ways = stack([alpha, shifted(alpha, 1, NEVER), where(skips, shifted(alpha, 2, NEVER), NEVER)], 0);
    const next = logsumexp(ways, 0).add(take(emitted, t, 0)) as Tensor;
    alpha = where(ends.gt(t).unsqueeze(-1), next, alpha) as Tensor;
  }
  const last = counts.mul(2).unsqueeze(-1);
  const at = upTo(width);
  const final = logicalOr(last.eq(at), last.sub(1).eq(at));
  return logsumexp(where(final, alpha, NEVER), -1).neg() as Tensor;
}

const upTo = (n: number): Tensor => arange(0, n, 1, { dtype: "int32" }) as Tensor;

/** Rows moved to the right, `value` in front. */
function shifted(rows: Tensor, by: number, value: number): Tensor {
  const widths = [
    [0, 0],
    [by, 0],
  ] as const;
  return pad(rows, widths, { value }).at(":", slice(0, rows.shape[1]!)) as Tensor;
}

/** blank, label, blank, label, ..., blank: (N, 2 S + 1). */
function spelled(labels: Tensor, blank: number): Tensor {
  const [batch, count] = labels.shape as [number, number];
  const blanks = (n: number) => full([batch, n], blank, { dtype: "int32" });
  const pairs = stack([blanks(count), labels], 2).reshape([batch, 2 * count]);
  return concatenate([pairs, blanks(1)], 1) as Tensor;
}

/** Where the blank before a place may be left out: at labels that differ from the one before. */
function skippable(row: Tensor, blank: number): Tensor {
  return logicalAnd(row.ne(blank), row.ne(shifted(row, 2, blank))) as Tensor;
}

/** A target that counts and is no class is an error before anything is computed. */
function checkTargets(labels: Tensor, counts: Tensor, classes: number): void {
  const known = counts.node.storage?.host;
  checkValues(labels.node, (values) => {
    const width = labels.shape[1]!;
    values.forEach((label: number, i: number) => {
      const counted = known === undefined || i % width < Number(known[Math.floor(i / width)]);
      if (!counted || (label >= 0 && label < classes)) return;
      throw new IndexError(
        `ctc: target ${label} is out of bounds for ${classes} classes (0 to ${classes - 1})`,
      );
    });
  });
}
