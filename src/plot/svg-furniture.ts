/** What stands around the frame of an SVG figure: title, legend, axis labels and the bar of colours. */
import type { RenderFunction } from "@observablehq/plot";
import { scaleLinear } from "d3-scale";
import { fontSize, type Layout, legendSample, titleSize } from "./layout.js";
import { type Series, symbolPath } from "./legend.js";
import { rampColor } from "./palette.js";
import type { Scene } from "./scene.js";
import { svgElement } from "./svg-element.js";

/** The colour of all text. */
export const ink = "#262626";

const barWidth = 14;
const barGap = 14;
const barSteps = 16;

/** The title's lines, centred over the frame. */
export function drawTitle(layout: Layout): RenderFunction {
  return (_index, _scales, _values, _dimensions, { document }) => {
    const group = svgElement(document, "g", {
      "aria-label": "title",
      "text-anchor": "middle",
      "font-size": titleSize,
    });
    for (const { text, x, y } of layout.titleLines)
      group.append(svgElement(document, "text", { x, y }, text));
    return group;
  };
}

/** A sample and the name of each named series, under the title. */
export function drawLegend(layout: Layout): RenderFunction {
  return (_index, _scales, _values, _dimensions, { document }) => {
    const group = svgElement(document, "g", { "aria-label": "legend", "text-anchor": "start" });
    for (const { series, x, y } of layout.legend) {
      group.append(drawSample(document, series, x, y));
      const place = { x: x + legendSample + 6, y, dy: "0.35em" };
      group.append(svgElement(document, "text", place, series.mark.label ?? ""));
    }
    return group;
  };
}

function drawSample(document: Document, { mark, color }: Series, x: number, y: number): SVGElement {
  if (mark.kind === "line") {
    return svgElement(document, "path", {
      d: `M${x},${y}h${legendSample}`,
      fill: "none",
      stroke: color,
      "stroke-width": mark.width,
      ...(mark.dash === "dashed" && { "stroke-dasharray": "7,4" }),
      ...(mark.dash === "dotted" && { "stroke-dasharray": "1.5,4", "stroke-linecap": "round" }),
    });
  }
  const isOpen = !mark.filled || mark.symbol === "cross";
  return svgElement(document, "path", {
    d: symbolPath(mark.symbol, 4.5),
    transform: `translate(${x + legendSample / 2},${y})`,
    fill: isOpen ? "none" : color,
    ...(isOpen && { stroke: color, "stroke-width": 2 }),
  });
}

/** The label below the x axis, and the one along the y axis. */
export function drawAxisLabels(scene: Scene, layout: Layout): RenderFunction {
  return (_index, _scales, _values, dimensions, { document }) => {
    const { xLabel, yLabel } = scene.options;
    const group = svgElement(document, "g", { "aria-label": "axis labels", "text-anchor": "middle" });
    if (xLabel !== undefined) {
      const x = (dimensions.marginLeft + dimensions.width - dimensions.marginRight) / 2;
      group.append(svgElement(document, "text", { x, y: layout.xLabelY, dy: "0.35em" }, xLabel));
    }
    if (yLabel !== undefined) {
      const y = (dimensions.marginTop + dimensions.height - dimensions.marginBottom) / 2;
      const transform = `translate(${layout.yLabelX},${y}) rotate(-90)`;
      group.append(svgElement(document, "text", { transform, dy: "0.35em" }, yLabel));
    }
    return group;
  };
}

/** The bar that tells which colour is which value, for the first heat map that has one. */
export function drawColorBar(scene: Scene): RenderFunction {
  return (_index, _scales, _values, dimensions, { document }) => {
    const group = svgElement(document, "g", { "aria-label": "colour bar", "text-anchor": "start" });
    const mark = scene.marks.find((each) => each.kind === "grid" && each.colorBar);
    if (mark?.kind !== "grid") return group;
    const x = dimensions.width - dimensions.marginRight + barGap;
    const [top, bottom] = [dimensions.marginTop, dimensions.height - dimensions.marginBottom];
    const gradient = svgElement(document, "linearGradient", {
      id: `maru-ramp-${mark.ramp}`,
      x1: 0,
      x2: 0,
      y1: 1,
      y2: 0,
    });
    for (let step = 0; step <= barSteps; step++) {
      const offset = step / barSteps;
      gradient.append(svgElement(document, "stop", { offset, "stop-color": rampColor(mark.ramp, offset) }));
    }
    group.append(gradient);
    group.append(
      svgElement(document, "rect", {
        x,
        y: top,
        width: barWidth,
        height: bottom - top,
        fill: `url(#maru-ramp-${mark.ramp})`,
        stroke: "#8a8a8a",
      }),
    );
    const isConstant = mark.range[0] === mark.range[1];
    const scale = scaleLinear()
      .domain(mark.range)
      .range(isConstant ? [(top + bottom) / 2, (top + bottom) / 2] : [bottom, top]);
    const format = scale.tickFormat(5);
    for (const value of isConstant ? [mark.range[0]] : scale.ticks(5)) {
      const y = scale(value);
      group.append(
        svgElement(document, "path", { d: `M${x + barWidth},${y}h4`, stroke: ink, fill: "none" }),
        svgElement(
          document,
          "text",
          { x: x + barWidth + 7, y, dy: "0.35em", "font-size": fontSize },
          isConstant ? String(value) : format(value),
        ),
      );
    }
    return group;
  };
}
