/** What an axis covers and where its ticks stand: worked out once, for the SVG and for the terminal alike. */
import { scaleLinear, scaleLog } from "d3-scale";
import { ValueError } from "../errors.js";
import { checkInterval, type Interval, type Mark } from "./marks.js";
import { finiteExtent } from "./values.js";

export type AxisScale = "linear" | "log";

/** What the user asks of an axis. */
export interface AxisRequest {
  readonly domain: Interval | undefined;
  readonly scale: AxisScale | undefined;
  readonly ticks: TickChoice | undefined;
}

/** Where ticks may stand: at any round number, or at whole numbers only (epochs, classes). */
export type TickChoice = "round" | "whole";

/** One axis: how values map to places, and its ticks. */
export interface Axis {
  readonly domain: Interval;
  readonly scale: AxisScale;
  /** Ticks stand at whole numbers only. */
  readonly isWhole: boolean;
  /** 0 at the start of the domain, 1 at its end; NaN for what has no place (NaN, or 0 and less on a log axis). */
  toUnit(value: number): number;
  /** About `count` round values inside the domain, with the text beside each. */
  ticks(count: number): Tick[];
}

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** The share of the data's extent that is left free at each end, so that no curve runs along the frame. */
const padding = 0.05;

/** The axis that holds all marks, or the domain that the user asks for. */
export function buildAxis(dimension: "x" | "y", marks: readonly Mark[], request: AxisRequest): Axis {
  const scale = request.scale ?? "linear";
  if (scale !== "linear" && scale !== "log") {
    throw new ValueError(`plot: ${dimension}Scale must be "linear" or "log", got "${String(scale)}"`);
  }
  if (request.domain) checkInterval("plot", `${dimension}Domain`, request.domain);
  const domain = request.domain ?? fitDomain(dimension, marks, scale);
  if (scale === "log" && !(domain[0] > 0 && domain[1] > 0)) {
    throw new ValueError(`plot: a log ${dimension} axis needs positive values, got [${domain.join(", ")}]`);
  }
  const counts = (mark: Mark) =>
    mark.kind === "grid" && (dimension === "x" ? mark.countsColumns : mark.countsRows);
  const isWhole = request.ticks === undefined ? marks.some(counts) : request.ticks === "whole";
  const position = (scale === "log" ? scaleLog : scaleLinear)().domain(domain).range([0, 1]);
  return {
    domain,
    scale,
    isWhole,
    toUnit: (value) => (scale === "log" && !(value > 0) ? Number.NaN : position(value)),
    ticks(count) {
      const format = position.tickFormat(count);
      const standing = position.ticks(count).filter((value) => !isWhole || Number.isInteger(value));
      if (scale === "linear") {
        return standing.map((value) => ({ value, label: isWhole ? String(value) : format(value) }));
      }
      const powers = standing.filter((value) => format(value) !== "");
      const chosen = powers.length < 2 ? scaleLinear().domain(domain).ticks(count) : powers;
      return chosen.map((value) => ({ value, label: String(value) }));
    },
  };
}

/** The most ticks, 10 at most, whose labels fit: each tick takes `sizeOf(label)` of the axis' length. */
export function fitTicks(axis: Axis, length: number, sizeOf: (label: string) => number): Tick[] {
  for (let count = 10; count > 2; count--) {
    const ticks = axis.ticks(count);
    const widest = Math.max(...ticks.map((tick) => sizeOf(tick.label)));
    if (ticks.length * widest <= length) return ticks;
  }
  return axis.ticks(2);
}

function fitDomain(dimension: "x" | "y", marks: readonly Mark[], scale: AxisScale): Interval {
  const areas = marks.filter((mark) => mark.kind === "grid" || mark.kind === "region");
  const edges = areas.flatMap((mark) => [...mark[dimension]]);
  const series = marks.filter((mark) => mark.kind === "line" || mark.kind === "scatter");
  const usable = (value: number) => scale === "linear" || value > 0;
  const extents = series.map((mark) => finiteExtent(mark[dimension].filter(usable)));
  const extent = finiteExtent([...edges, ...extents.flatMap((each) => each ?? [])]);
  if (extent === null) {
    throw new ValueError(`plot: no ${dimension} value can stand on a ${scale} axis`);
  }
  if (areas.length > 0) {
    const countsRows = dimension === "y" && areas.some((mark) => mark.kind === "grid" && mark.countsRows);
    return countsRows ? [extent[1], extent[0]] : extent;
  }
  const hugsCurves = dimension === "x" && series.every((mark) => mark.kind === "line");
  return pad(extent, scale, hugsCurves ? 0 : padding);
}

function pad([low, high]: Interval, scale: AxisScale, share: number): Interval {
  if (scale === "log") {
    const ratio = low === high ? 2 : (high / low) ** share;
    return [low / ratio, high * ratio];
  }
  if (low === high) {
    const reach = low === 0 ? 1 : Math.abs(low) * 0.1;
    return [low - reach, high + reach];
  }
  const reach = (high - low) * share;
  return [low - reach, high + reach];
}
