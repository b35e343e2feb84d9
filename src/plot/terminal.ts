/**
 * Draws a figure as text: curves in braille dots, points as symbols, regions shaded, cells as half blocks or letters.
 *
 *           title
 *     y label
 *    1 ┤      ⣀⠤⠒⠉
 *    0 ┤⠤⠤⠤⠒⠉
 *      └┬────┬────┬
 *      -5    0    5
 *          x label
 *        ── legend
 */
import stringWidth from "string-width";
import { ValueError } from "../errors.js";
import { fitTicks, type Tick } from "./axis.js";
import { CharacterCanvas } from "./character-canvas.js";
import { listSeries } from "./legend.js";
import type { Scene } from "./scene.js";
import { drawCells } from "./terminal-cells.js";
import { type ColorChoice, type ColorDepth, resolveColor } from "./terminal-color.js";
import { columnOf, drawLine, drawPoints, rowOf } from "./terminal-curves.js";
import { legendLines } from "./terminal-legend.js";
import { wrapText } from "./wrap-text.js";

export interface TerminalOptions {
  /** The whole width in characters; by default 72, or the terminal's where it is narrower. */
  columns?: number;
  /** The whole height in lines, 22 by default. */
  rows?: number;
  /** Colours: by default as standard output has them (none where it is not a terminal, or NO_COLOR is set). */
  color?: ColorChoice;
}

/** The figure as lines of text, joined by line ends. */
export function renderTerminal(scene: Scene, options: TerminalOptions): string {
  const columns = readSize("columns", options.columns ?? defaultColumns(), 20);
  const rows = readSize("rows", options.rows ?? 22, 6);
  const depth = resolveColor(options.color);
  const { title, xLabel, yLabel } = scene.options;
  const legend = legendLines(scene.marks, columns - 8, depth);
  const titles = title === undefined ? [] : wrapText(title, (text) => stringWidth(text) <= columns);
  const free =
    rows -
    titles.length -
    (yLabel === undefined ? 0 : 1) -
    2 -
    (xLabel === undefined ? 0 : 1) -
    legend.length;
  if (free < 2) {
    throw new ValueError(
      `Figure.terminal: ${rows} rows leave no room for the picture; ask for ${rows + 2 - free}`,
    );
  }
  const yTicks = fitTicks(scene.y, free, () => 2.4).map(plainMinus);
  const gutter = Math.max(0, ...yTicks.map((tick) => tick.label.length));
  const size = fitFrame(scene, columns - gutter - 2, free);
  if (size.columns < 4)
    throw new ValueError(`Figure.terminal: ${columns} columns leave no room for the picture`);
  const canvas = drawFrame(scene, size, depth);

  const margin = " ".repeat(gutter + 2);
  const lines = titles.map((text) => centered(text, gutter + 2, size.columns, columns));
  if (yLabel !== undefined) {
    lines.push(" ".repeat(Math.max(0, gutter + 1 - Math.floor(stringWidth(yLabel) / 2))) + yLabel);
  }
  const ticksByRow = new Map(
    yTicks.map((tick) => [rowOf(scene.y.toUnit(tick.value), canvas.rows), tick.label]),
  );
  for (const [row, text] of canvas.toLines(depth).entries()) {
    const label = ticksByRow.get(row);
    lines.push(`${(label ?? "").padStart(gutter)} ${label === undefined ? "│" : "┤"}${text}`);
  }
  lines.push(...xAxisLines(scene, canvas.columns, gutter));
  if (xLabel !== undefined) lines.push(centered(xLabel, gutter + 2, size.columns, columns));
  lines.push(...legend.map((text) => margin + text));
  return lines.map((text) => text.trimEnd()).join("\n");
}

function drawFrame(
  scene: Scene,
  size: { columns: number; rows: number },
  depth: ColorDepth,
): CharacterCanvas {
  const canvas = new CharacterCanvas(size.columns, size.rows);
  for (const mark of scene.marks) {
    if (mark.kind === "grid" || mark.kind === "region") {
      drawCells(canvas, mark, { x: scene.x.toUnit, y: scene.y.toUnit }, depth);
    }
  }
  const series = listSeries(scene.marks);
  for (const each of series) if (each.mark.kind === "line") drawLine(canvas, scene, each, depth);
  for (const each of series) if (each.mark.kind === "scatter") drawPoints(canvas, scene, each, depth);
  return canvas;
}

/** The x axis with its ticks, and the labels that fit without touching. */
function xAxisLines(scene: Scene, columns: number, gutter: number): string[] {
  const ticks = fitTicks(scene.x, columns, (label) => label.length + 3).map(plainMinus);
  const axis = Array.from({ length: columns }, () => "─");
  const labels = Array.from({ length: gutter + 2 + columns }, () => " ");
  let taken = -1;
  for (const tick of ticks) {
    const column = columnOf(scene.x.toUnit(tick.value), columns);
    axis[column] = "┬";
    const middle = gutter + 2 + column - Math.floor(tick.label.length / 2);
    const start = Math.max(0, Math.min(middle, labels.length - tick.label.length));
    if (start <= taken) continue;
    for (const [index, letter] of [...tick.label].entries()) labels[start + index] = letter;
    taken = start + tick.label.length;
  }
  return [`${" ".repeat(gutter)} └${axis.join("")}`, labels.join("")];
}

/** What the picture may fill; less where both axes must have one unit, and whole pixels where a picture fits. */
function fitFrame(scene: Scene, columns: number, rows: number): { columns: number; rows: number } {
  if (!scene.equal) return { columns, rows };
  const picture = scene.marks.find((mark) => mark.kind === "grid" && mark.equal);
  if (picture?.kind === "grid") {
    const most = Math.floor(Math.min(columns / picture.columns, (2 * rows) / picture.rows));
    const times = most > 1 ? most - (most % 2) : most;
    if (times >= 1) return { columns: times * picture.columns, rows: Math.ceil((times * picture.rows) / 2) };
  }
  const unitsWide = Math.abs(scene.x.domain[1] - scene.x.domain[0]);
  const unitsHigh = Math.abs(scene.y.domain[1] - scene.y.domain[0]);
  const unit = Math.min(columns / unitsWide, (2 * rows) / unitsHigh);
  return {
    columns: Math.max(1, Math.round(unit * unitsWide)),
    rows: Math.max(1, Math.round((unit * unitsHigh) / 2)),
  };
}

function readSize(name: string, value: number, least: number): number {
  if (!Number.isInteger(value) || value < least) {
    throw new ValueError(
      `Figure.terminal: ${name} must be a whole number of at least ${least}, got ${value}`,
    );
  }
  return value;
}

function defaultColumns(): number {
  const available = typeof process === "undefined" ? undefined : process.stdout?.columns;
  return Math.max(20, Math.min(72, available ?? 72));
}

/** A text under or over the middle of the picture, moved where it would run out on the right. */
function centered(text: string, start: number, size: number, columns: number): string {
  const width = stringWidth(text);
  const middle = start + Math.floor((size - width) / 2);
  return " ".repeat(Math.max(0, Math.min(middle, columns - width))) + text;
}

/** Terminals are read by programs too: the minus is the one of the keyboard. */
function plainMinus(tick: Tick): Tick {
  return { value: tick.value, label: tick.label.replaceAll("−", "-") };
}
