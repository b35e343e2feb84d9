/** Tables of cells in the terminal: half blocks where there is colour, letters of growing weight where there is none. */
import type { CharacterCanvas } from "./character-canvas.js";
import { type GridMark, gridUnit, type RegionMark } from "./marks.js";
import { classFill, parseColor, type Rgb, rampColor } from "./palette.js";
import type { ColorDepth } from "./terminal-color.js";

/** From dark to light, as letters look on a dark screen. */
export const letterRamp = " .:-=+*#%@";

/** The shades of classes; class 0 is shaded and class 1 blank, as in the coloured picture. */
const classShades = ["░", " ", "▒", "▓", "█"];

/** Where the columns and rows of a table lie on the canvas: the share of the axis at each edge. */
export interface Placement {
  x(value: number): number;
  y(value: number): number;
}

/** Fills the canvas where the table lies. */
export function drawCells(
  canvas: CharacterCanvas,
  mark: GridMark | RegionMark,
  placement: Placement,
  depth: ColorDepth,
): void {
  if (mark.kind === "region") drawRegion(canvas, mark, placement, depth);
  else drawGrid(canvas, mark, placement, depth);
}

function drawRegion(
  canvas: CharacterCanvas,
  mark: RegionMark,
  placement: Placement,
  depth: ColorDepth,
): void {
  const find = cellFinder(mark, placement);
  for (let row = 0; row < canvas.rows; row++) {
    for (let column = 0; column < canvas.columns; column++) {
      const x = find.column((column + 0.5) / canvas.columns);
      const y = find.row(1 - (row + 0.5) / canvas.rows);
      if (x === null || y === null) continue;
      const label = mark.classes[Math.floor(y) * mark.columns + Math.floor(x)]!;
      const css = mark.colors[label] ?? classFill(label);
      const color = css === null || depth === "none" ? null : parseColor("plot", css);
      canvas.setLetter(column, row, classShade(label), color);
    }
  }
}

/** The letter that shades a class. */
function classShade(label: number): string {
  if (label <= 0) return classShades[0]!;
  return label < classShades.length ? classShades[label]! : classShades[2 + ((label - 2) % 3)]!;
}

function drawGrid(canvas: CharacterCanvas, mark: GridMark, placement: Placement, depth: ColorDepth): void {
  const find = cellFinder(mark, placement);
  const columnEdges = Array.from({ length: canvas.columns + 1 }, (_, index) => index / canvas.columns);
  const halves = depth === "none" ? 1 : 2;
  const rowEdges = Array.from(
    { length: canvas.rows * halves + 1 },
    (_, index) => 1 - index / (canvas.rows * halves),
  );
  const unitAt = (column: number, half: number) => {
    const value = meanWithin(
      mark,
      [find.column(columnEdges[column]!, true), find.column(columnEdges[column + 1]!, true)],
      [find.row(rowEdges[half]!, true), find.row(rowEdges[half + 1]!, true)],
    );
    return value === null ? null : gridUnit(mark, value);
  };
  for (let row = 0; row < canvas.rows; row++) {
    for (let column = 0; column < canvas.columns; column++) {
      if (depth === "none") {
        const unit = unitAt(column, row);
        if (unit !== null) canvas.setLetter(column, row, rampLetter(unit), null);
      } else {
        setHalfBlock(canvas, column, row, unitAt(column, 2 * row), unitAt(column, 2 * row + 1), (unit) =>
          parseColor("plot", rampColor(mark.ramp, unit)),
        );
      }
    }
  }
}

/** One character cell as two pixels, one above the other; null leaves a pixel blank. */
export function setHalfBlock(
  canvas: CharacterCanvas,
  column: number,
  row: number,
  upper: number | null,
  lower: number | null,
  color: (unit: number) => Rgb,
): void {
  if (upper !== null) canvas.setLetter(column, row, "▀", color(upper), lower === null ? null : color(lower));
  else if (lower !== null) canvas.setLetter(column, row, "▄", color(lower), null);
}

/** The letter of a value between 0 and 1. */
export function rampLetter(unit: number): string {
  const clamped = Number.isNaN(unit) ? 0 : Math.min(1, Math.max(0, unit));
  return letterRamp[Math.round(clamped * (letterRamp.length - 1))]!;
}

/** From a share of the axis to a place among the table's columns or rows, null outside (or the nearest, if asked). */
function cellFinder(mark: GridMark | RegionMark, placement: Placement) {
  const along = (from: number, to: number, count: number) => (unit: number, clamp?: boolean) => {
    const place = ((unit - from) / (to - from)) * count;
    if (clamp) return Math.max(-1e-9, Math.min(count + 1e-9, place));
    return place >= 0 && place < count ? place : null;
  };
  return {
    column: along(placement.x(mark.x[0]), placement.x(mark.x[1]), mark.columns),
    row: along(placement.y(mark.y[0]), placement.y(mark.y[1]), mark.rows),
  };
}

/** The mean of the finite cells whose centre lies within; of the nearest cell where the box holds no centre. */
function meanWithin(
  mark: GridMark,
  [x0, x1]: readonly [number | null, number | null],
  [y0, y1]: readonly [number | null, number | null],
): number | null {
  const columns = cellsBetween(x0, x1, mark.columns);
  const rows = cellsBetween(y0, y1, mark.rows);
  let total = 0;
  let count = 0;
  for (const row of rows) {
    for (const column of columns) {
      const value = mark.values[row * mark.columns + column]!;
      if (Number.isNaN(value)) continue;
      total += value;
      count++;
    }
  }
  return count === 0 ? null : total / count;
}

function cellsBetween(start: number | null, end: number | null, count: number): number[] {
  if (start === null || end === null || Math.abs(end - start) < 1e-6) return [];
  const [low, high] = start < end ? [start, end] : [end, start];
  const cells: number[] = [];
  for (let cell = Math.max(0, Math.ceil(low - 0.5)); cell < count && cell + 0.5 < high; cell++)
    cells.push(cell);
  return cells.length > 0 ? cells : [Math.min(count - 1, Math.max(0, Math.floor((low + high) / 2)))];
}
