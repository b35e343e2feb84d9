/** The colours of plots: one for each series, a tint for each class of a decision region, ramps for values. */
import { rgb } from "d3-color";
import { interpolateBlues, interpolateRdBu, interpolateViridis } from "d3-scale-chromatic";
import { ValueError } from "../errors.js";

/** How values become colours: `gray` black to white, `viridis` and `blues` low to high, `diverging` blue-white-red. */
export type Ramp = "gray" | "viridis" | "blues" | "diverging";

/** Red, green, blue, each 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Eight hues that stay apart for colour-blind readers (Okabe and Ito, "Color Universal Design", 2008). */
const seriesColors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f3c8d", "#000000"];

/** Class 0 is the grey half-plane of the lecture and class 1 stays blank; further classes are tinted. */
const classFills: readonly (string | null)[] = ["#d3d3d3", null, "#cfe3f5", "#fbe0c8", "#d4edda", "#f3dceb"];

const ramps: Record<Ramp, (unit: number) => string> = {
  gray: (unit) => {
    const level = Math.round(unit * 255);
    return `rgb(${level}, ${level}, ${level})`;
  },
  viridis: interpolateViridis,
  blues: interpolateBlues,
  diverging: (unit) => interpolateRdBu(1 - unit),
};

/** The colour of the n-th series. */
export function seriesColor(index: number): string {
  return seriesColors[index % seriesColors.length]!;
}

/** The fill of a class in a decision region; null leaves the paper blank. */
export function classFill(label: number): string | null {
  if (label <= 0) return classFills[0]!;
  if (label < classFills.length) return classFills[label]!;
  return classFills[2 + ((label - 2) % (classFills.length - 2))]!;
}

/** The colour of a value between 0 and 1 in steps of 1/255, so that equal-looking cells can be drawn as one path. */
export function rampColor(ramp: Ramp, unit: number): string {
  const clamped = Number.isNaN(unit) ? 0 : Math.min(1, Math.max(0, unit));
  return ramps[ramp](Math.round(clamped * 255) / 255);
}

/** Whether a ramp of this name exists. */
export function isRamp(name: string): name is Ramp {
  return Object.hasOwn(ramps, name);
}

/** The red, green and blue of a CSS colour (`"steelblue"`, `"#0072b2"`, `"rgb(1, 2, 3)"`). */
export function parseColor(operation: string, css: string): Rgb {
  const { r, g, b } = rgb(css);
  if (Number.isNaN(r + g + b)) {
    throw new ValueError(
      `${operation}: "${css}" is not a CSS colour; use a name or a form such as "#0072b2"`,
    );
  }
  return [Math.round(r), Math.round(g), Math.round(b)];
}
