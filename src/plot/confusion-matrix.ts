/** A confusion matrix as cells: what was taken for what, the diagonal being right. */
import { ShapeError } from "../errors.js";
import { Figure } from "./figure.js";
import { heatmap } from "./marks.js";
import type { FigureOptions } from "./scene.js";
import { type NumericInput, readMatrix } from "./values.js";

export interface ConfusionPlotOptions extends FigureOptions {
  /** Shares of each true class instead of counts? false by default; a class that never came stays blank. */
  normalize?: boolean;
}

/**
 * A figure of a confusion matrix, as `metrics.confusionMatrix()` computes it: true classes down, predicted ones across.
 *
 * @param matrix shape (classes, classes), row t and column p saying how many of class t were taken for p.
 * @throws ShapeError unless the matrix is square; ValueError where it is empty.
 * @example
 * await confusionPlot([[50, 2], [5, 43]], { normalize: true }).save("confusion.svg");
 */
export function confusionPlot(matrix: NumericInput, options: ConfusionPlotOptions = {}): Figure {
  const { normalize = false, ...figureOptions } = options;
  const { values, rows, columns } = readMatrix("confusionPlot", "the matrix", matrix);
  if (rows !== columns) {
    throw new ShapeError(`confusionPlot: the matrix must be square, got shape (${rows},${columns})`);
  }
  const table = Array.from({ length: rows }, (_, row) => {
    const line = [...values.subarray(row * columns, (row + 1) * columns)];
    const total = line.reduce((sum, n) => sum + n, 0);
    return normalize ? line.map((n) => n / total) : line;
  });
  const most = normalize ? 1 : Math.max(1, ...table.flat());
  const cells = heatmap(table, { ramp: "blues", range: [0, most] });
  const labels = { xLabel: "predicted", yLabel: "true", equal: true };
  return new Figure([cells], { ...labels, ...figureOptions });
}
