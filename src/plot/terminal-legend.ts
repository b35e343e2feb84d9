/** The lines under a figure in the terminal that tell what is what. */
import stringWidth from "string-width";
import { listLegend, type Series } from "./legend.js";
import type { Dash, GridMark, Mark } from "./marks.js";
import { parseColor, rampColor } from "./palette.js";
import { letterRamp } from "./terminal-cells.js";
import { type ColorDepth, colorCode, resetCode } from "./terminal-color.js";
import { symbolLetters } from "./terminal-curves.js";

const dashLetters: Record<Dash, string> = { solid: "──", dashed: "╌╌", dotted: "··" };
const barLength = 20;

/** Samples and names in as many lines as they need, then the colours of the first heat map that shows them. */
export function legendLines(marks: readonly Mark[], columns: number, depth: ColorDepth): string[] {
  const lines: string[] = [];
  for (const series of listLegend(marks)) {
    const entry = `${sample(series, depth)} ${series.mark.label}`;
    const longer = lines.length === 0 ? entry : `${lines.at(-1)}   ${entry}`;
    if (lines.length > 0 && stringWidth(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push(entry);
  }
  const grid = marks.find((mark) => mark.kind === "grid" && mark.colorBar);
  if (grid?.kind === "grid") lines.push(colorBar(grid, depth));
  return lines;
}

function sample({ mark, color, plainDash }: Series, depth: ColorDepth): string {
  const isPlain = depth === "none";
  const letters =
    mark.kind === "line"
      ? dashLetters[isPlain ? plainDash : (mark.dash ?? "solid")]
      : symbolLetters[mark.symbol][mark.filled ? 0 : 1];
  return isPlain ? letters : `${colorCode(depth, "text", parseColor("plot", color))}${letters}${resetCode}`;
}

function colorBar(mark: GridMark, depth: ColorDepth): string {
  const [low, high] = mark.range.map((value) => String(Number(value.toPrecision(4))));
  if (depth === "none") return `${low} [${letterRamp}] ${high}`;
  const steps = Array.from({ length: barLength }, (_, index) => {
    const color = parseColor("plot", rampColor(mark.ramp, index / (barLength - 1)));
    return `${colorCode(depth, "text", color)}█`;
  });
  return `${low} ${steps.join("")}${resetCode} ${high}`;
}
