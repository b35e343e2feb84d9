/** Metrics of classification that come from the confusion matrix: precision, recall, F1, and the matrix itself. */
import { ValueError } from "../../errors.js";
import type { Tensor } from "../../tensor/index.js";
import { type ClassOptions, checkClassOptions, confusionCounts, square } from "./classes.js";
import { StreamingMetric } from "./streaming.js";

/** How the numbers of the classes become one. */
export type Average = "binary" | "macro" | "micro" | "weighted" | "none";

/** What {@link precision}, {@link recall} and {@link f1} take. */
export interface ClassMetricOptions extends ClassOptions {
  /**
   * binary: that of class 1 (the default of two classes); macro: the mean over the classes that occur (the default of
   * more); weighted: the mean by how often each class is the true one; micro: of all decisions together; none: a list,
   * one number a class.
   */
  readonly average?: Average;
}

const AVERAGES: readonly unknown[] = ["binary", "macro", "micro", "weighted", "none", undefined];

/** What is known of one class: rightly found, found, and to be found. */
interface Found {
  readonly hits: number;
  readonly guessed: number;
  readonly actual: number;
}

function perClass(matrix: readonly (readonly number[])[]): Found[] {
  return matrix.map((row, label) => ({
    hits: row[label]!,
    guessed: matrix.reduce((sum, other) => sum + other[label]!, 0),
    actual: row.reduce((sum, n) => sum + n, 0),
  }));
}

type Score = (found: Found) => number;

/** Of nothing the share is 0, as scikit-learn has it. */
const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

function averaged(
  name: string,
  classes: readonly Found[],
  score: Score,
  given: Average | undefined,
): number | number[] {
  const average = given ?? (classes.length === 2 ? "binary" : "macro");
  const scores = classes.map(score);
  if (average === "none") return scores;
  if (average === "binary") {
    if (classes.length === 2 || classes.length === 0) return scores[1] ?? 0;
    throw new ValueError(`${name}: average "binary" is for 2 classes, there are ${classes.length}`);
  }
  if (average === "micro") {
    const sum = (key: keyof Found): number => total(classes.map((found) => found[key]));
    return score({ hits: sum("hits"), guessed: sum("guessed"), actual: sum("actual") });
  }
  const weights = classes.map(({ guessed, actual }) =>
    average === "weighted" ? actual : Number(guessed + actual > 0),
  );
  return share(total(scores.map((value, i) => value * weights[i]!)), total(weights));
}

function metric(name: string, score: Score, options: ClassMetricOptions): StreamingMetric<number | number[]> {
  checkClassOptions(name, options);
  if (!AVERAGES.includes(options.average)) {
    throw new ValueError(
      `${name}: average must be "binary", "macro", "micro", "weighted" or "none", got ${JSON.stringify(options.average)}`,
    );
  }
  return new StreamingMetric(
    (prediction, target) => confusionCounts(name, prediction, target, options).reshape(-1) as Tensor,
    (numbers) => averaged(name, perClass(square(numbers)), score, options.average),
  );
}

/**
 * Precision: of the samples that were taken for a class, the share that are of it; 0 where none was. Predictions are
 * scores (n, classes), of which the greatest counts; or one number each, (n) or (n, 1), class 1 above the threshold; or
 * labels (n). Targets are labels (n) or rows of probabilities.
 *
 * @throws ValueError where a setting makes no sense
 * @throws ShapeError when it is used, where predictions and targets do not go together
 * @throws IndexError when it is used, where a known label is no class
 * @example
 * ```ts
 * const [prediction, target] = [array([0.9, 0.8, 0.3, 0.2]), array([1, 0, 1, 0])];
 * metrics.precision().update(prediction, target).compute(); // 0.5
 * metrics.precision({ average: "none" }).update(prediction, target).compute(); // [0.5, 0.5]
 * ```
 */
export function precision(
  options: ClassMetricOptions & { readonly average: "none" },
): StreamingMetric<number[]>;
export function precision(options?: ClassMetricOptions): StreamingMetric;
export function precision(options: ClassMetricOptions = {}): StreamingMetric<never> {
  return metric("precision", ({ hits, guessed }) => share(hits, guessed), options) as StreamingMetric<never>;
}

/**
 * Recall: of the samples of a class, the share that were taken for it; 0 where there are none. What goes in is as for
 * {@link precision}.
 *
 * @throws ValueError where a setting makes no sense
 * @throws ShapeError when it is used, where predictions and targets do not go together
 * @throws IndexError when it is used, where a known label is no class
 * @example
 * ```ts
 * metrics.recall().update(array([0.9, 0.8, 0.3]), array([1, 0, 1])).compute(); // 0.5
 * ```
 */
export function recall(options: ClassMetricOptions & { readonly average: "none" }): StreamingMetric<number[]>;
export function recall(options?: ClassMetricOptions): StreamingMetric;
export function recall(options: ClassMetricOptions = {}): StreamingMetric<never> {
  return metric("recall", ({ hits, actual }) => share(hits, actual), options) as StreamingMetric<never>;
}

/**
 * F1: the harmonic mean of precision and recall, 2 hits / (guessed + actual); 0 where a class neither is nor is guessed.
 * What goes in is as for {@link precision}.
 *
 * @throws ValueError where a setting makes no sense
 * @throws ShapeError when it is used, where predictions and targets do not go together
 * @throws IndexError when it is used, where a known label is no class
 * @example
 * ```ts
 * const labels = array([0, 1, 2, 2], { dtype: "int32" });
 * const guesses = array([0, 2, 2, 2], { dtype: "int32" });
 * metrics.f1({ classes: 3, average: "macro" }).update(guesses, labels).compute(); // 0.6
 * ```
 */
export function f1(options: ClassMetricOptions & { readonly average: "none" }): StreamingMetric<number[]>;
export function f1(options?: ClassMetricOptions): StreamingMetric;
export function f1(options: ClassMetricOptions = {}): StreamingMetric<never> {
  const score: Score = ({ hits, guessed, actual }) => share(2 * hits, guessed + actual);
  return metric("f1", score, options) as StreamingMetric<never>;
}

/**
 * The confusion matrix: row t, column p says how many samples of class t were taken for p. What goes in is as for
 * {@link precision}; `confusionPlot` of maru/plot draws it.
 *
 * @throws ValueError where a setting makes no sense
 * @throws ShapeError when it is used, where predictions and targets do not go together
 * @throws IndexError when it is used, where a known label is no class
 * @example
 * ```ts
 * const scores = array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]]);
 * metrics.confusionMatrix().update(scores, array([0, 1, 1], { dtype: "int32" })).compute(); // [[1, 0], [1, 1]]
 * ```
 */
export function confusionMatrix(options: ClassOptions = {}): StreamingMetric<number[][]> {
  checkClassOptions("confusionMatrix", options);
  return new StreamingMetric(
    (prediction, target) =>
      confusionCounts("confusionMatrix", prediction, target, options).reshape(-1) as Tensor,
    square,
  );
}
