/**
 * What a figure holds: plain records of lines, points and tables of cells, checked when they are made.
 * The SVG and the terminal renderer both read these, so that neither knows of the other.
 */
import { ShapeError, ValueError } from "../errors.js";
import { isRamp, parseColor, type Ramp } from "./palette.js";
import { finiteExtent, formatShape, type NumericInput, readMatrix, readVector } from "./values.js";

/** An interval on an axis, from one end to the other. */
export type Interval = readonly [from: number, to: number];
export type Dash = "solid" | "dashed" | "dotted";
export type PointSymbol = "circle" | "square" | "triangle" | "cross";

/** A curve through points in order; NaN and infinity break it. */
export interface LineMark {
  readonly kind: "line";
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly label: string | null;
  readonly color: string | null;
  readonly width: number;
  readonly dash: Dash | null;
}

/** Separate points; those with a NaN or infinite coordinate are left out. */
export interface ScatterMark {
  readonly kind: "scatter";
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly label: string | null;
  readonly color: string | null;
  readonly radius: number;
  readonly symbol: PointSymbol;
  readonly filled: boolean;
}

/** A table of values as coloured cells. `x` and `y` are the outer edges of the first and the last column and row. */
export interface GridMark {
  readonly kind: "grid";
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly x: Interval;
  readonly y: Interval;
  readonly ramp: Ramp;
  readonly range: Interval;
  readonly colorBar: boolean;
  /** The x axis counts columns: its ticks are whole numbers. */
  readonly countsColumns: boolean;
  /** The y axis counts rows: its ticks are whole numbers, and row 0 is on top. */
  readonly countsRows: boolean;
  /** Cells keep their proportions. */
  readonly equal: boolean;
}

/** A table of classes, each filled with its tint. */
export interface RegionMark {
  readonly kind: "region";
  readonly classes: Int32Array;
  readonly rows: number;
  readonly columns: number;
  readonly x: Interval;
  readonly y: Interval;
  readonly colors: Readonly<Record<number, string>>;
}

export type Mark = LineMark | ScatterMark | GridMark | RegionMark;

export interface LineOptions {
  /** The name in the legend. */
  label?: string;
  /** A CSS colour; by default the series' own. */
  color?: string;
  /** Stroke width in pixels, 2 by default. */
  width?: number;
  /** By default solid; in a terminal without colour, later lines are dashed and dotted. */
  dash?: Dash;
}

export interface ScatterOptions {
  /** The name in the legend. */
  label?: string;
  /** A CSS colour; by default the series' own. */
  color?: string;
  /** Radius in pixels, 5 by default. */
  radius?: number;
  symbol?: PointSymbol;
  /** Filled (the default) or only outlined. */
  filled?: boolean;
}

export interface HeatmapOptions {
  ramp?: Ramp;
  /**
   * The values at the two ends of the colour ramp; by default the least and greatest finite values, and for the
   * diverging ramp as far on both sides of 0.
   */
  range?: Interval;
  /** Outer edges of the first and last column on the x axis; by default columns are counted from 0. */
  x?: Interval;
  /** Outer edges of the first and last row on the y axis; by default rows are counted from 0, on top. */
  y?: Interval;
  /** Whether a bar tells which colour is which value. */
  colorBar?: boolean;
  /** Whether cells are square. */
  equal?: boolean;
}

/**
 * A curve through the points (x[i], y[i]), in order.
 *
 * @param x,y vectors of one length n, shape (n,) or (n,1). With one argument the x are 0, 1, 2, ...
 *   NaN and infinite values break the line.
 * @throws ShapeError where the lengths differ or an argument has more dimensions; ValueError where one is empty.
 * @example
 * const x = [-1, 0, 1];
 * plot(line(x, x.map((v) => Math.max(0, v)), { label: "ReLU" }));
 */
export function line(y: NumericInput, options?: LineOptions): LineMark;
export function line(x: NumericInput, y: NumericInput, options?: LineOptions): LineMark;
export function line(
  first: NumericInput,
  second?: NumericInput | LineOptions,
  third?: LineOptions,
): LineMark {
  const hasBoth = second !== undefined && isNumeric(second);
  const options = (hasBoth ? third : (second as LineOptions | undefined)) ?? {};
  const y = readVector("line", "y", hasBoth ? second : first);
  const x = hasBoth ? readVector("line", "x", first) : Float64Array.from(y, (_, index) => index);
  checkPoints("line", x, y);
  return {
    kind: "line",
    x,
    y,
    label: options.label ?? null,
    color: checkColor("line", options.color),
    width: checkPositive("line", "width", options.width ?? 2),
    dash: options.dash ?? null,
  };
}

/**
 * Separate points (x[i], y[i]).
 *
 * @param x,y vectors of one length n, shape (n,) or (n,1); points with NaN or infinity are left out.
 * @throws ShapeError where the lengths differ or an argument has more dimensions; ValueError where one is empty.
 * @example
 * plot(scatter([0, 0, 1, 1], [0, 1, 0, 1], { symbol: "triangle", label: "1" }));
 */
export function scatter(x: NumericInput, y: NumericInput, options: ScatterOptions = {}): ScatterMark {
  const xs = readVector("scatter", "x", x);
  const ys = readVector("scatter", "y", y);
  checkPoints("scatter", xs, ys);
  return {
    kind: "scatter",
    x: xs,
    y: ys,
    label: options.label ?? null,
    color: checkColor("scatter", options.color),
    radius: checkPositive("scatter", "radius", options.radius ?? 5),
    symbol: options.symbol ?? "circle",
    filled: options.filled ?? true,
  };
}

/**
 * A matrix as coloured cells, with a bar that tells the values; row 0 is on top, as the matrix is written.
 *
 * @param matrix shape (rows, columns); NaN cells stay blank.
 * @throws ShapeError unless it has two dimensions and equal rows; ValueError where it is empty or holds no finite value.
 * @example
 * plot(heatmap([[0.1, 0.9], [0.8, 0.2]], { ramp: "blues" }), { title: "confusion" });
 */
export function heatmap(matrix: NumericInput, options: HeatmapOptions = {}): GridMark {
  return grid("heatmap", matrix, { ramp: "viridis", colorBar: true, equal: false, ...options });
}

/**
 * A grayscale picture, black for its least and white for its greatest value; its pixels are square.
 *
 * @param pixels shape (height, width), any range of values; `range` fixes which are black and white.
 * @throws ShapeError unless it has two dimensions and equal rows; ValueError where it is empty or holds no finite value.
 * @example
 * plot(image([[0, 255], [255, 0]]));
 */
export function image(pixels: NumericInput, options: HeatmapOptions = {}): GridMark {
  return grid("image", pixels, { ramp: "gray", colorBar: false, equal: true, ...options });
}

function grid(
  operation: string,
  input: NumericInput,
  options: HeatmapOptions & { ramp: Ramp; colorBar: boolean; equal: boolean },
): GridMark {
  const { values, rows, columns } = readMatrix(operation, "the matrix", input);
  const extent = finiteExtent(values);
  if (extent === null) throw new ValueError(`${operation}: no value is finite; there is nothing to draw`);
  const reach = Math.max(Math.abs(extent[0]), Math.abs(extent[1]));
  const range: Interval = options.range ?? (options.ramp === "diverging" ? [-reach, reach] : extent);
  if (options.range) checkInterval(operation, "range", options.range);
  if (!isRamp(options.ramp)) throw new ValueError(`${operation}: there is no colour ramp "${options.ramp}"`);
  return {
    kind: "grid",
    values,
    rows,
    columns,
    x: checkInterval(operation, "x", options.x ?? [-0.5, columns - 0.5]),
    y: checkInterval(operation, "y", options.y ?? [-0.5, rows - 0.5]),
    ramp: options.ramp,
    range,
    colorBar: options.colorBar,
    countsColumns: options.x === undefined,
    countsRows: options.y === undefined,
    equal: options.equal,
  };
}

/** Where a value lies in the grid's range, 0 to 1; a constant grid lies in the middle. */
export function gridUnit(mark: GridMark, value: number): number {
  const [from, to] = mark.range;
  return from === to ? 0.5 : (value - from) / (to - from);
}

/** Throws unless both ends are finite and differ. */
export function checkInterval(operation: string, name: string, interval: Interval): Interval {
  const [from, to] = interval;
  if (interval.length !== 2 || !Number.isFinite(from) || !Number.isFinite(to) || from === to) {
    throw new ValueError(
      `${operation}: ${name} must be two different finite numbers, got [${interval.join(", ")}]`,
    );
  }
  return interval;
}

/** Throws unless the number is finite and above zero. */
export function checkPositive(operation: string, name: string, value: number): number {
  if (!(value > 0 && Number.isFinite(value))) {
    throw new ValueError(`${operation}: ${name} must be a positive number, got ${value}`);
  }
  return value;
}

/** Throws where the text is given and is not a CSS colour. */
export function checkColor(operation: string, color: string | undefined): string | null {
  if (color === undefined) return null;
  parseColor(operation, color);
  return color;
}

function checkPoints(operation: string, x: Float64Array, y: Float64Array): void {
  if (x.length !== y.length) {
    throw new ShapeError(
      `${operation}: x and y must have the same length, got shapes ${formatShape([x.length])} and ${formatShape([y.length])}`,
    );
  }
  if (!x.some((value, index) => Number.isFinite(value) && Number.isFinite(y[index]))) {
    throw new ValueError(`${operation}: no point is finite; there is nothing to draw`);
  }
}

function isNumeric(value: NumericInput | LineOptions): value is NumericInput {
  return "length" in value || "toArray" in value;
}
