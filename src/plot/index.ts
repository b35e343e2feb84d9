/** Pictures: `plot(...)` of curves, points, heat maps, images and decision regions, as SVG, PNG or terminal text. */
export type { AxisScale, TickChoice } from "./axis.js";
export { type ConfusionPlotOptions, confusionPlot } from "./confusion-matrix.js";
export {
  type BatchClassifier,
  type DecisionRegionOptions,
  decisionRegion,
  type PointClassifier,
} from "./decision-region.js";
export { Figure, type PngOptions, plot } from "./figure.js";
export { type LossCurvesOptions, lossCurves, type TrainingHistory } from "./loss-curves.js";
export {
  type Dash,
  type GridMark,
  type HeatmapOptions,
  heatmap,
  type Interval,
  image,
  type LineMark,
  type LineOptions,
  line,
  type Mark,
  type PointSymbol,
  type RegionMark,
  type ScatterMark,
  type ScatterOptions,
  scatter,
} from "./marks.js";
export type { Ramp } from "./palette.js";
export type { FigureOptions } from "./scene.js";
export type { TerminalOptions } from "./terminal.js";
export type { ColorChoice } from "./terminal-color.js";
export { type TerminalImageOptions, terminalImage } from "./terminal-image.js";
export type { NestedNumbers, NumericInput } from "./values.js";
