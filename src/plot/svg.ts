/** Draws a figure as SVG with Observable Plot: scales, axes, lines and points are its own; cells and titles are added. */
import * as Plot from "@observablehq/plot";
import type { Tick } from "./axis.js";
import { fontSize, type Layout, layOut } from "./layout.js";
import { listSeries, type Series } from "./legend.js";
import type { Mark } from "./marks.js";
import type { Scene } from "./scene.js";
import { drawCells } from "./svg-cells.js";
import { drawAxisLabels, drawColorBar, drawLegend, drawTitle, ink } from "./svg-furniture.js";

/** Fonts with Hangul stand before the generic one, as not every system's generic font has it. */
const fontFamily =
  'system-ui, Arimo, "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans KR", "Noto Sans CJK KR", sans-serif';

const dashArrays = { solid: "none", dashed: "7,4", dotted: "1.5,4" } as const;
const plotSymbols = { circle: "circle", square: "square", triangle: "triangle", cross: "times" } as const;

/** The figure as an element of this document. */
export function renderSvg(scene: Scene, document: Document): SVGSVGElement {
  const layout = layOut(scene);
  const svg = Plot.plot({
    document,
    className: "maru-plot",
    width: scene.width,
    height: scene.height,
    marginTop: layout.marginTop,
    marginRight: layout.marginRight,
    marginBottom: layout.marginBottom,
    marginLeft: layout.marginLeft,
    style: { fontFamily, fontSize: `${fontSize}px`, color: ink, background: "white" },
    x: { type: scene.x.scale, domain: [...scene.x.domain], axis: null },
    y: { type: scene.y.scale, domain: [...scene.y.domain], axis: null },
    marks: [
      ...drawGrid(scene, layout),
      ...drawMarks(scene),
      Plot.frame({ stroke: "#8a8a8a" }),
      Plot.axisX(values(layout.xTicks), { ...axisLook, tickFormat: labels(layout.xTicks) }),
      Plot.axisY(values(layout.yTicks), { ...axisLook, tickFormat: labels(layout.yTicks) }),
      drawTitle(layout),
      drawLegend(layout),
      drawAxisLabels(scene, layout),
      drawColorBar(scene),
    ],
  }) as SVGSVGElement;
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  if (scene.options.title !== undefined) svg.setAttribute("aria-label", scene.options.title);
  svg.setAttribute("role", "img");
  return svg;
}

const axisLook = { label: null, color: ink, fontSize, tickSize: 5 } as const;

function values(ticks: readonly Tick[]): number[] {
  return ticks.map((tick) => tick.value);
}

/** By value and not by index: on a log axis Plot asks without an index. */
function labels(ticks: readonly Tick[]): (value: number) => string {
  const texts = new Map(ticks.map((tick) => [tick.value, tick.label]));
  return (value) => texts.get(value) ?? "";
}

function drawGrid(scene: Scene, layout: Layout): Plot.Markish[] {
  const hasCells = scene.marks.some((mark) => mark.kind === "grid" || mark.kind === "region");
  if (!(scene.options.grid ?? !hasCells)) return [];
  const look = { stroke: "#e4e4e4", strokeOpacity: 1 };
  return [Plot.gridX(values(layout.xTicks), look), Plot.gridY(values(layout.yTicks), look)];
}

function drawMarks(scene: Scene): Plot.Markish[] {
  const series = new Map<Mark, Series>(listSeries(scene.marks).map((each) => [each.mark, each]));
  return scene.marks.map((mark) => {
    if (mark.kind === "grid" || mark.kind === "region") return drawCells(mark);
    return drawSeries(scene, series.get(mark)!);
  });
}

/** Lines are clipped to the frame only where a domain was asked for: a full-width stroke may stand on the frame. */
function drawSeries(scene: Scene, { mark, color }: Series): Plot.Markish {
  const isCut = scene.options.xDomain !== undefined || scene.options.yDomain !== undefined;
  const data = { length: mark.x.length };
  if (mark.kind === "line") {
    return Plot.line(data, {
      x: place(mark.x, scene.x.toUnit, false),
      y: place(mark.y, scene.y.toUnit, false),
      stroke: color,
      strokeWidth: mark.width,
      strokeLinejoin: "round",
      strokeLinecap: "round",
      strokeDasharray: dashArrays[mark.dash ?? "solid"],
      clip: isCut,
    });
  }
  const isOpen = !mark.filled || mark.symbol === "cross";
  return Plot.dot(data, {
    x: place(mark.x, scene.x.toUnit, true),
    y: place(mark.y, scene.y.toUnit, true),
    symbol: plotSymbols[mark.symbol],
    r: mark.radius,
    fill: isOpen ? "none" : color,
    stroke: isOpen ? color : "white",
    strokeWidth: isOpen ? 2 : 0.75,
  });
}

/** NaN stands for what cannot be drawn, which breaks a line and leaves out a point. */
function place(numbers: Float64Array, toUnit: (value: number) => number, mustBeInside: boolean): number[] {
  return Array.from(numbers, (value) => {
    const unit = toUnit(value);
    const isDrawn = Number.isFinite(unit) && (!mustBeInside || (unit >= -1e-9 && unit <= 1 + 1e-9));
    return isDrawn ? value : Number.NaN;
  });
}
