/**
 * Tables of cells as SVG paths: one path a colour, its cells joined along each row.
 * Paths stay sharp at any zoom, need no bitmap inside the SVG, and look the same in every renderer.
 */
import type { RenderFunction } from "@observablehq/plot";
import { type GridMark, gridUnit, type RegionMark } from "./marks.js";
import { classFill, rampColor } from "./palette.js";
import { svgElement } from "./svg-element.js";

/** A mark that fills the cells of a heat map, an image or a decision region. */
export function drawCells(mark: GridMark | RegionMark): RenderFunction {
  return (_index, scales, _values, dimensions, context) => {
    const right = dimensions.width - dimensions.marginRight;
    const bottom = dimensions.height - dimensions.marginBottom;
    const xEdges = placeEdges(mark.x, mark.columns, (value) => scales.x!(value), [
      dimensions.marginLeft,
      right,
    ]);
    const yEdges = placeEdges(mark.y, mark.rows, (value) => scales.y!(value), [dimensions.marginTop, bottom]);
    const group = svgElement(context.document, "g", {
      "aria-label": mark.kind,
      "shape-rendering": "crispEdges",
    });
    for (const [color, path] of tracePaths(mark, xEdges, yEdges)) {
      group.append(svgElement(context.document, "path", { fill: color, d: path }));
    }
    return group;
  };
}

/** The pixel at each edge between cells, kept inside the frame. */
function placeEdges(
  [from, to]: readonly [number, number],
  count: number,
  scale: (value: number) => number,
  [least, most]: readonly [number, number],
): number[] {
  return Array.from({ length: count + 1 }, (_, index) => {
    const pixel = scale(from + ((to - from) * index) / count);
    return Math.round(Math.min(most, Math.max(least, pixel)) * 100) / 100;
  });
}

function tracePaths(mark: GridMark | RegionMark, xEdges: number[], yEdges: number[]): Map<string, string> {
  const paths = new Map<string, string[]>();
  for (let row = 0; row < mark.rows; row++) {
    let start = 0;
    while (start < mark.columns) {
      const color = cellColor(mark, row * mark.columns + start);
      let end = start + 1;
      while (end < mark.columns && cellColor(mark, row * mark.columns + end) === color) end++;
      if (color !== null) {
        const pieces = paths.get(color) ?? [];
        pieces.push(`M${xEdges[start]},${yEdges[row]}H${xEdges[end]}V${yEdges[row + 1]}H${xEdges[start]}Z`);
        paths.set(color, pieces);
      }
      start = end;
    }
  }
  return new Map([...paths].map(([color, pieces]) => [color, pieces.join("")]));
}

/** The colour of a cell, or null where the paper shows: NaN, or a class without a tint. */
function cellColor(mark: GridMark | RegionMark, index: number): string | null {
  if (mark.kind === "region") {
    const label = mark.classes[index]!;
    return mark.colors[label] ?? classFill(label);
  }
  const value = mark.values[index]!;
  return Number.isNaN(value) ? null : rampColor(mark.ramp, gridUnit(mark, value));
}
