/** Where things stand in an SVG figure: margins wide enough for titles, legend, tick labels and colour bar. */
import stringWidth from "string-width";
import { fitTicks, type Tick } from "./axis.js";
import { listLegend, type Series } from "./legend.js";
import type { Scene } from "./scene.js";
import { wrapText } from "./wrap-text.js";

export const fontSize = 12;
export const titleSize = 16;
const titleLine = 21;
const legendLine = 20;
export const legendSample = 26;
const legendGap = 18;
const edge = 14;
const tickReach = 9;

/** Everything in pixels. */
export interface Layout {
  readonly marginTop: number;
  readonly marginRight: number;
  readonly marginBottom: number;
  readonly marginLeft: number;
  readonly titleLines: readonly TextLine[];
  readonly legend: readonly LegendEntry[];
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  /** Where the axis labels are centred: below the tick labels, and left of them. */
  readonly xLabelY: number;
  readonly yLabelX: number;
}

interface TextLine {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

interface LegendEntry {
  readonly series: Series;
  readonly x: number;
  readonly y: number;
}

/** About how wide a text is drawn, in pixels; a Hangul syllable is as wide as two Latin letters. */
function textWidth(text: string, size: number): number {
  return stringWidth(text) * size * 0.56;
}

/** Works out the places of a figure. */
export function layOut(scene: Scene): Layout {
  const { title, xLabel, yLabel } = scene.options;
  const titles =
    title === undefined
      ? []
      : wrapText(title, (text) => textWidth(text, titleSize) <= scene.width - 2 * edge);
  const rows = arrangeLegend(listLegend(scene.marks), scene.width - 2 * edge);
  const headHeight = titles.length * titleLine + rows.length * legendLine;
  const top = edge + headHeight + (headHeight > 0 ? 6 : 0);
  const bottom = tickReach + fontSize + edge + (xLabel === undefined ? 0 : fontSize + 10);
  const yTicks = fitTicks(scene.y, scene.height - top - bottom, () => 28);
  const yTickWidth = widest(yTicks);
  const left = edge + tickReach + yTickWidth + (yLabel === undefined ? 0 : fontSize + 10);
  const colorBar = scene.marks.find((mark) => mark.kind === "grid" && mark.colorBar);
  const right = edge + (colorBar ? 76 : 10);
  const free = fitFrame(scene, scene.width - left - right, scene.height - top - bottom);
  const marginLeft = left + free.x / 2;
  const marginRight = right + free.x / 2;
  const center = (marginLeft + scene.width - marginRight) / 2;
  const frameWidth = scene.width - marginLeft - marginRight;
  return {
    marginTop: top,
    marginRight,
    marginBottom: bottom + free.y,
    marginLeft,
    titleLines: titles.map((text, index) => ({
      text,
      x: centered(center, textWidth(text, titleSize), scene.width),
      y: edge + index * titleLine + titleSize * 0.8,
    })),
    legend: rows.flatMap((row, index) => {
      const start = centered(center, row.width, scene.width) - row.width / 2;
      const y = edge + titles.length * titleLine + index * legendLine + legendLine / 2;
      return row.entries.map(({ series, offset }) => ({ series, x: start + offset, y }));
    }),
    xTicks: fitTicks(scene.x, frameWidth, (label) =>
      Math.max(scene.x.isWhole ? 24 : 50, textWidth(label, fontSize) + 14),
    ),
    yTicks,
    xLabelY: scene.height - bottom - free.y + tickReach + fontSize + 8 + fontSize / 2,
    yLabelX: marginLeft - tickReach - yTickWidth - 10 - fontSize / 2,
  };
}

/** What must stay free of the frame, so that one unit is as long on both axes where the figure asks for it. */
function fitFrame(scene: Scene, width: number, height: number): { x: number; y: number } {
  if (!scene.equal) return { x: 0, y: 0 };
  const unitsWide = Math.abs(scene.x.domain[1] - scene.x.domain[0]);
  const unitsHigh = Math.abs(scene.y.domain[1] - scene.y.domain[0]);
  const unit = Math.min(width / unitsWide, height / unitsHigh);
  return { x: width - unitsWide * unit, y: height - unitsHigh * unit };
}

function arrangeLegend(legend: readonly Series[], width: number) {
  const rows: { entries: { series: Series; offset: number }[]; width: number }[] = [];
  for (const series of legend) {
    const own = legendSample + 6 + textWidth(series.mark.label ?? "", fontSize);
    const row = rows.at(-1);
    if (row !== undefined && row.width + legendGap + own <= width) {
      row.entries.push({ series, offset: row.width + legendGap });
      row.width += legendGap + own;
    } else {
      rows.push({ entries: [{ series, offset: 0 }], width: own });
    }
  }
  return rows;
}

/** The centre of a text that stays inside the picture. */
function centered(center: number, width: number, pictureWidth: number): number {
  const half = width / 2 + 4;
  return Math.max(half, Math.min(center, pictureWidth - half));
}

function widest(ticks: readonly Tick[]): number {
  return Math.max(0, ...ticks.map((tick) => textWidth(tick.label, fontSize)));
}
