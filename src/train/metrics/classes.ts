/** Predicted and true classes, counted against each other. */
import { DTypeError, IndexError, ShapeError, ValueError } from "../../errors.js";
import { isFloat } from "../../graph/index.js";
import { formatShape, sameShape } from "../../shape/index.js";
import { checkValues } from "../../tensor/capture.js";
import { arange, argmax, type Tensor } from "../../tensor/index.js";

/** How predictions are read as classes. */
export interface ClassOptions {
  /** How many classes there are; needed only where predictions are labels already. */
  readonly classes?: number | undefined;
  /** Of predictions that are one number each: class 1 is above it. 0.5 by default; for logits say 0. */
  readonly threshold?: number | undefined;
}

/** Throws a ValueError where a setting makes no sense. */
export function checkClassOptions(name: string, { classes, threshold = 0.5 }: ClassOptions): void {
  if (classes !== undefined && !(Number.isSafeInteger(classes) && classes >= 2)) {
    throw new ValueError(`${name}: classes must be a whole number of at least 2, got ${classes}`);
  }
  if (!Number.isFinite(threshold)) {
    throw new ValueError(`${name}: threshold must be a finite number, got ${threshold}`);
  }
}

interface Labelled {
  /** int32 (n). */
  readonly labels: Tensor;
  readonly classes: number;
}

const column = (x: Tensor): Tensor => (x.ndim === 2 && x.shape[1] === 1 ? (x.squeeze(1) as Tensor) : x);

/** Predictions as labels: scores (n, classes), numbers (n) or (n, 1), or labels (n). */
function predicted(name: string, given: Tensor, { classes, threshold = 0.5 }: ClassOptions): Labelled {
  const x = column(given);
  if (x.ndim === 2) {
    const found = x.shape[1]!;
    if (classes !== undefined && classes !== found) {
      throw new ShapeError(`${name}: predictions of ${found} classes, and classes is ${classes}`);
    }
    return { labels: argmax(x, -1) as Tensor, classes: found };
  }
  if (x.ndim !== 1) {
    throw new ShapeError(
      `${name}: predictions must have shape (n, classes), (n, 1) or (n), got ${formatShape(given.shape)}`,
    );
  }
  if (isFloat(x.dtype)) return { labels: x.gt(threshold).astype("int32") as Tensor, classes: 2 };
  if (classes === undefined && x.dtype !== "bool") {
    throw new ValueError(`${name}: predictions are labels; say how many classes there are: { classes: ... }`);
  }
  return { labels: x.astype("int32") as Tensor, classes: classes ?? 2 };
}

/** Targets as labels: labels (n), truths of two classes, or one row of probabilities each. */
function expected(name: string, given: Tensor, { labels, classes }: Labelled): Tensor {
  const target = column(given);
  const n = labels.shape[0]!;
  if (target.ndim === 2 && sameShape(target.shape, [n, classes])) return argmax(target, -1) as Tensor;
  if (!sameShape(target.shape, [n])) {
    throw new ShapeError(
      `${name}: ${n} predictions need targets of shape (${n},), got ${formatShape(given.shape)}`,
    );
  }
  if (isFloat(target.dtype) && classes > 2) {
    throw new DTypeError(`${name}: labels must be whole numbers, got ${target.dtype}`);
  }
  checkClasses(name, target, classes);
  return target.astype("int32") as Tensor;
}

/** A known label that is no class is an error. */
function checkClasses(name: string, labels: Tensor, classes: number): void {
  checkValues(labels.node, (values) =>
    values.forEach((label: number) => {
      if (Number.isInteger(label) && label >= 0 && label < classes) return;
      throw new IndexError(
        `${name}: label ${label} is out of bounds for ${classes} classes (0 to ${classes - 1})`,
      );
    }),
  );
}

/** How often each class was taken for each: (classes, classes), the true class first. */
export function confusionCounts(
  name: string,
  prediction: Tensor,
  target: Tensor,
  options: ClassOptions,
): Tensor {
  const found = predicted(name, prediction, options);
  if (!isFloat(prediction.dtype)) checkClasses(name, prediction, found.classes);
  const truth = expected(name, target, found);
  const hot = (labels: Tensor): Tensor =>
    labels
      .unsqueeze(-1)
      .eq(arange(0, found.classes, 1, { dtype: "int32" }))
      .astype("float32") as Tensor;
  return hot(truth).transpose().matmul(hot(found.labels)) as Tensor;
}

/** Numbers as the square matrix that they are. */
export function square(numbers: readonly number[]): number[][] {
  const classes = Math.round(Math.sqrt(numbers.length));
  return Array.from({ length: classes }, (_, row) => numbers.slice(row * classes, (row + 1) * classes));
}
