/** How a training went: one metric of its history, epoch by epoch, on the training and the validation data. */
import { ValueError } from "../errors.js";
import { Figure } from "./figure.js";
import { line, type Mark, scatter } from "./marks.js";
import type { FigureOptions } from "./scene.js";
import { readVector } from "./values.js";

/**
 * A training's history: a record an epoch (`{ epoch: 1, loss: 0.3, valLoss: 0.2 }`, as `fit` and `--json` give), or a
 * list for each metric (`{ loss: [0.3, 0.2], valLoss: [0.2, 0.1] }`).
 */
export type TrainingHistory = readonly object[] | object;

export interface LossCurvesOptions extends FigureOptions {
  /** The metric to draw, `"loss"` by default; its validation twin is `valLoss`, `valAccuracy`, ... */
  metric?: string;
}

/**
 * A figure of one metric over the epochs: the training's, and the validation's where it was measured.
 * Epochs that did not measure the metric are passed over; a NaN leaves a gap.
 *
 * @throws ValueError where the history is empty or never has the metric; the message names the metrics that it has.
 * @example
 * await lossCurves([{ epoch: 1, loss: 0.9, valLoss: 1.0 }, { epoch: 2, loss: 0.4, valLoss: 0.5 }]).save("loss.png");
 */
export function lossCurves(history: TrainingHistory, options: LossCurvesOptions = {}): Figure {
  const { metric = "loss", ...figureOptions } = options;
  const validation = `val${metric.charAt(0).toUpperCase()}${metric.slice(1)}`;
  const measured = Array.isArray(history) ? readRecords(history) : readLists(history);
  const curves = [
    { name: metric, label: "training" },
    { name: validation, label: "validation" },
  ].flatMap(({ name, label }): Mark[] => {
    const curve = measured.get(name);
    const finite = curve?.values.filter(Number.isFinite).length ?? 0;
    if (curve === undefined || finite === 0) return [];
    return [(finite === 1 ? scatter : line)(curve.epochs, curve.values, { label })];
  });
  if (curves.length === 0) {
    const known = [...measured.keys()].join(", ");
    throw new ValueError(
      `lossCurves: the history has no finite "${metric}"; ${known === "" ? "it is empty" : `it has ${known}`}`,
    );
  }
  return new Figure(curves, { xLabel: "epoch", yLabel: metric, xTicks: "whole", ...figureOptions });
}

interface Curve {
  readonly epochs: number[];
  readonly values: number[];
}

function readRecords(records: readonly object[]): Map<string, Curve> {
  const curves = new Map<string, Curve>();
  for (const [index, record] of records.entries()) {
    const { epoch = index + 1, ...metrics } = record as Record<string, unknown>;
    for (const [name, value] of Object.entries(metrics)) {
      if (typeof value !== "number" || typeof epoch !== "number") continue;
      const curve = curves.get(name) ?? { epochs: [], values: [] };
      curve.epochs.push(epoch);
      curve.values.push(value);
      curves.set(name, curve);
    }
  }
  return curves;
}

function readLists(history: object): Map<string, Curve> {
  const lists = Object.entries(history).filter(([, value]) => isFilledList(value));
  const vectors = new Map(lists.map(([name, value]) => [name, [...readVector("lossCurves", name, value)]]));
  const epochs = vectors.get("epoch");
  vectors.delete("epoch");
  return new Map(
    [...vectors].map(([name, values]) => [
      name,
      { epochs: epochs?.length === values.length ? epochs : values.map((_, index) => index + 1), values },
    ]),
  );
}

function isFilledList(value: unknown): boolean {
  return typeof value === "object" && value !== null && (value as { length?: number }).length !== 0;
}
