/** Which names stand in a figure's legend, and the look that each series has by default. */
import type { Dash, LineMark, Mark, PointSymbol, ScatterMark } from "./marks.js";
import { seriesColor } from "./palette.js";

/** A line or points as they are drawn: the user's choices, filled up with the series' own. */
export interface Series {
  readonly mark: LineMark | ScatterMark;
  readonly color: string;
  /** What tells lines apart where there is no colour. */
  readonly plainDash: Dash;
}

const dashes: readonly Dash[] = ["solid", "dashed", "dotted"];

/** The look of every line and scatter of a figure, in order. */
export function listSeries(marks: readonly Mark[]): Series[] {
  let colors = 0;
  let lines = 0;
  return marks
    .filter((mark) => mark.kind === "line" || mark.kind === "scatter")
    .map((mark) => ({
      mark,
      color: mark.color ?? seriesColor(colors++),
      plainDash: mark.kind === "line" ? (mark.dash ?? dashes[lines++ % dashes.length]!) : "solid",
    }));
}

/** The series that have a name. */
export function listLegend(marks: readonly Mark[]): Series[] {
  return listSeries(marks).filter(({ mark }) => mark.label !== null);
}

/** The outline of a point symbol of this radius around the origin, as SVG path data. */
export function symbolPath(symbol: PointSymbol, radius: number): string {
  const r = radius;
  switch (symbol) {
    case "circle":
      return `M${-r},0a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0Z`;
    case "square":
      return `M${-r},${-r}h${2 * r}v${2 * r}h${-2 * r}Z`;
    case "triangle":
      return `M0,${-1.15 * r}L${1.1 * r},${0.8 * r}H${-1.1 * r}Z`;
    case "cross":
      return `M${-r},${-r}L${r},${r}M${-r},${r}L${r},${-r}`;
  }
}
