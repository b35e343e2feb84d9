/** Lines and points on a canvas of characters. */
import type { CharacterCanvas } from "./character-canvas.js";
import type { Series } from "./legend.js";
import type { Dash, PointSymbol } from "./marks.js";
import { parseColor } from "./palette.js";
import type { Scene } from "./scene.js";
import type { ColorDepth } from "./terminal-color.js";

/** What each point symbol looks like as a letter. */
export const symbolLetters: Record<PointSymbol, readonly [filled: string, open: string]> = {
  circle: ["●", "○"],
  square: ["■", "□"],
  triangle: ["▲", "△"],
  cross: ["×", "×"],
};

/** How many dots are set and then left out along a line. */
const dashDots: Record<Dash, readonly [on: number, off: number]> = {
  solid: [1, 0],
  dashed: [5, 4],
  dotted: [1, 3],
};

/** A curve in braille dots, broken where a value cannot be drawn. */
export function drawLine(
  canvas: CharacterCanvas,
  scene: Scene,
  { mark, color, plainDash }: Series,
  depth: ColorDepth,
): void {
  if (mark.kind !== "line") return;
  const [on, off] = dashDots[depth === "none" ? plainDash : (mark.dash ?? "solid")];
  const ink = depth === "none" ? null : parseColor("plot", color);
  let travelled = 0;
  const dot = (x: number, y: number) => {
    if (travelled++ % (on + off) < on) canvas.setDot(x, y, ink);
  };
  let previous: Point | null = null;
  for (let index = 0; index < mark.x.length; index++) {
    const point: Point = [scene.x.toUnit(mark.x[index]!), scene.y.toUnit(mark.y[index]!)];
    const isDrawn = Number.isFinite(point[0]) && Number.isFinite(point[1]);
    const piece = isDrawn ? clip(previous ?? point, point) : null;
    if (piece !== null) {
      const goesOn = previous !== null && piece[0][0] === previous[0] && piece[0][1] === previous[1];
      traceDots(toDot(piece[0], canvas), toDot(piece[1], canvas), goesOn, dot);
    }
    previous = isDrawn ? point : null;
  }
}

/** Points as letters, over whatever lies there. */
export function drawPoints(
  canvas: CharacterCanvas,
  scene: Scene,
  { mark, color }: Series,
  depth: ColorDepth,
): void {
  if (mark.kind !== "scatter") return;
  const letter = symbolLetters[mark.symbol][mark.filled ? 0 : 1];
  const ink = depth === "none" ? null : parseColor("plot", color);
  for (let index = 0; index < mark.x.length; index++) {
    const x = scene.x.toUnit(mark.x[index]!);
    const y = scene.y.toUnit(mark.y[index]!);
    if (x >= 0 && x <= 1 && y >= 0 && y <= 1) {
      canvas.setLetter(columnOf(x, canvas.columns), rowOf(y, canvas.rows), letter, ink);
    }
  }
}

type Point = readonly [x: number, y: number];

/** The part of a segment inside the unit square, or null (Liang and Barsky, 1984). */
function clip(from: Point, to: Point): [Point, Point] | null {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  let enter = 0;
  let leave = 1;
  for (const [step, room] of [
    [-dx, from[0]],
    [dx, 1 - from[0]],
    [-dy, from[1]],
    [dy, 1 - from[1]],
  ] as const) {
    if (step === 0 && room < -1e-9) return null;
    if (step === 0) continue;
    if (step < 0) enter = Math.max(enter, room / step);
    else leave = Math.min(leave, room / step);
  }
  if (enter > leave + 1e-9) return null;
  return [
    [from[0] + enter * dx, from[1] + enter * dy],
    [from[0] + leave * dx, from[1] + leave * dy],
  ];
}

function toDot([x, y]: Point, canvas: CharacterCanvas): Point {
  return [Math.round(x * (canvas.dotsWide - 1)), Math.round((1 - y) * (canvas.dotsHigh - 1))];
}

/** Visits the dots of a straight line, without its first where the line goes on from there. */
function traceDots(from: Point, to: Point, goesOn: boolean, visit: (x: number, y: number) => void): void {
  const steps = Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]));
  if (steps === 0 && !goesOn) visit(from[0], from[1]);
  for (let step = goesOn ? 1 : 0; step <= steps && steps > 0; step++) {
    visit(
      Math.round(from[0] + ((to[0] - from[0]) * step) / steps),
      Math.round(from[1] + ((to[1] - from[1]) * step) / steps),
    );
  }
}

/** The column of a share of the x axis; the same as that of its dot. */
export function columnOf(unit: number, columns: number): number {
  return Math.floor(Math.round(unit * (columns * 2 - 1)) / 2);
}

/** The row of a share of the y axis, counted from the top; the same as that of its dot. */
export function rowOf(unit: number, rows: number): number {
  return Math.floor(Math.round((1 - unit) * (rows * 4 - 1)) / 4);
}
