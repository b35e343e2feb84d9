/** A figure's content, checked: marks, axes and size. Both renderers read it; neither knows who made it. */
import { ValueError } from "../errors.js";
import { type Axis, type AxisScale, buildAxis, type TickChoice } from "./axis.js";
import { checkPositive, type Interval, type Mark } from "./marks.js";

export interface FigureOptions {
  title?: string;
  xLabel?: string;
  yLabel?: string;
  /** What the axis covers, from its start to its end; by default all that is drawn. A greater start turns it round. */
  xDomain?: Interval;
  yDomain?: Interval;
  xScale?: AxisScale;
  yScale?: AxisScale;
  /** Whether ticks stand at whole numbers only; by default where an axis counts rows or columns. */
  xTicks?: TickChoice;
  yTicks?: TickChoice;
  /** Pixels, 640 by default. */
  width?: number;
  /** Pixels, 400 by default. */
  height?: number;
  /** Whether one unit is as long on both axes; by default only for `image`. */
  equal?: boolean;
  /** Whether lines across the frame help to read values; by default unless cells are drawn. */
  grid?: boolean;
}

/** What is drawn. */
export interface Scene {
  readonly marks: readonly Mark[];
  readonly options: Readonly<FigureOptions>;
  readonly width: number;
  readonly height: number;
  readonly x: Axis;
  readonly y: Axis;
  readonly equal: boolean;
}

/** Checks sizes and domains, and builds the axes that hold all marks. */
export function buildScene(marks: readonly Mark[], options: FigureOptions): Scene {
  if (marks.length === 0) {
    throw new ValueError("plot: there is nothing to draw; give it a mark such as line(x, y)");
  }
  return {
    marks,
    options,
    width: checkPositive("plot", "width", options.width ?? 640),
    height: checkPositive("plot", "height", options.height ?? 400),
    x: buildAxis("x", marks, { domain: options.xDomain, scale: options.xScale, ticks: options.xTicks }),
    y: buildAxis("y", marks, { domain: options.yDomain, scale: options.yScale, ticks: options.yTicks }),
    equal: options.equal ?? marks.some((mark) => mark.kind === "grid" && mark.equal),
  };
}
