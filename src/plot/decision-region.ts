/** Colours the plane by what a classifier answers there, as the lecture greys the half-plane where a perceptron gives 0. */
import { ShapeError, ValueError } from "../errors.js";
import { checkColor, checkInterval, checkPositive, type Interval, type RegionMark } from "./marks.js";
import { type NumericInput, readMatrix, readVector } from "./values.js";

/** Answers one point of the plane. */
export type PointClassifier = (x: number, y: number) => number | boolean;

/** Answers many points [x, y] at once, one number a point: the form for networks. */
export type BatchClassifier = (points: number[][]) => NumericInput;

export interface DecisionRegionOptions {
  /** The interval of the x axis that is coloured. */
  x: Interval;
  /** The interval of the y axis that is coloured. */
  y: Interval;
  /** Cells along each axis, 150 by default; a pair gives x and y apart. Not used with a table. */
  resolution?: number | readonly [columns: number, rows: number];
  /** Answers above it are class 1, others class 0. Without it an answer is rounded to the nearest class. */
  threshold?: number;
  /** CSS colours by class, in place of grey for 0, blank for 1 and tints for the rest. */
  colors?: Readonly<Record<number, string>>;
}

/**
 * Fills the plane by class: grey where the classifier gives 0, blank where 1, tints for further classes.
 *
 * A function is asked at the centre of each of `resolution` x `resolution` cells; with `batch: true` it is asked once,
 * with all points as an (n, 2) list, and answers n numbers (a Tensor will do). A table of answers, shape
 * (rows, columns), is taken as it is: its first row lies at `y[0]`, its first column at `x[0]`.
 *
 * @throws ValueError for an answer that is NaN or an interval of no size; ShapeError for a batch answer of another length.
 * @example
 * const or = (x: number, y: number) => (x + y - 0.5 > 0 ? 1 : 0);
 * plot(decisionRegion(or, { x: [-0.5, 1.5], y: [-0.5, 1.5] }));
 */
export function decisionRegion(
  classifier: PointClassifier | NumericInput,
  options: DecisionRegionOptions & { batch?: false },
): RegionMark;
export function decisionRegion(
  classifier: BatchClassifier,
  options: DecisionRegionOptions & { batch: true },
): RegionMark;
export function decisionRegion(
  classifier: PointClassifier | BatchClassifier | NumericInput,
  options: DecisionRegionOptions & { batch?: boolean },
): RegionMark {
  checkInterval("decisionRegion", "x", options.x);
  checkInterval("decisionRegion", "y", options.y);
  for (const color of Object.values(options.colors ?? {})) checkColor("decisionRegion", color);
  const answers =
    typeof classifier === "function"
      ? askEverywhere(classifier, options)
      : readMatrix("decisionRegion", "the table", classifier);
  const classes = Int32Array.from(answers.values, (answer, index) => {
    if (Number.isNaN(answer)) {
      const [x, y] = cellCentre(options, answers, index);
      throw new ValueError(`decisionRegion: the answer at (${x}, ${y}) is NaN; every point needs a class`);
    }
    return options.threshold === undefined ? Math.round(answer) : Number(answer > options.threshold);
  });
  return {
    kind: "region",
    classes,
    rows: answers.rows,
    columns: answers.columns,
    x: options.x,
    y: options.y,
    colors: options.colors ?? {},
  };
}

function askEverywhere(
  classifier: PointClassifier | BatchClassifier,
  options: DecisionRegionOptions & { batch?: boolean },
) {
  const resolution = options.resolution ?? 150;
  const [columns, rows] = typeof resolution === "number" ? [resolution, resolution] : resolution;
  for (const count of [columns, rows]) {
    checkPositive("decisionRegion", "resolution", count);
    if (!Number.isInteger(count)) {
      throw new ValueError(`decisionRegion: resolution must be a whole number, got ${count}`);
    }
  }
  const size = { rows, columns };
  const points = Array.from({ length: rows * columns }, (_, index) => cellCentre(options, size, index));
  if (!options.batch) {
    const ask = classifier as PointClassifier;
    return { ...size, values: Float64Array.from(points, ([x, y]) => Number(ask(x!, y!))) };
  }
  const values = readVector("decisionRegion", "the batch answer", (classifier as BatchClassifier)(points));
  if (values.length !== points.length) {
    throw new ShapeError(
      `decisionRegion: the classifier was asked ${points.length} points and answered ${values.length}`,
    );
  }
  return { ...size, values };
}

function cellCentre(
  area: { x: Interval; y: Interval },
  size: { rows: number; columns: number },
  index: number,
): number[] {
  const column = index % size.columns;
  const row = (index - column) / size.columns;
  return [
    area.x[0] + ((column + 0.5) / size.columns) * (area.x[1] - area.x[0]),
    area.y[0] + ((row + 0.5) / size.rows) * (area.y[1] - area.y[0]),
  ];
}
