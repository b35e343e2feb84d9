/** What a reader changes in the playground, and what the engine is told of it. */
import * as v from "valibot";
import { classesOf, type DataSettings, KINDS, MOST_POINTS } from "../../engine/playground/data.js";
import type { Act } from "../../engine/playground/protocol.js";
import {
  ACTIVATIONS,
  EDGE,
  FEATURES,
  LOSSES,
  MOST_LAYERS,
  MOST_NEURONS,
  type NetworkSettings,
  OPTIMIZERS,
} from "../../engine/playground/settings.js";
import { whole } from "../../state/schema.js";

const between = (low: number, high: number) => v.pipe(v.number(), v.minValue(low), v.maxValue(high));
const MOST_STEPS = 10_000_000;
export const MOST_ACTS = 100;
export const LEAST_RATE = 0.00001;
export const MOST_RATE = 10;
export const SPEEDS = ["update", "epoch", "full"] as const;

const rate = between(LEAST_RATE, MOST_RATE);
const l2 = between(0, 1);
const optimizer = v.picklist(OPTIMIZERS);
/** Which of the drawn neurons is looked at: layer and place, from 0. */
const neuron = v.pipe(v.string(), v.regex(/^(\d\.\d)?$/));
const act = v.object({
  at: whole(0, MOST_STEPS),
  what: v.picklist(["rate", "l2", "weight"]),
  index: whole(0, 10_000),
  to: between(-1000, 1000),
});

export const schema = v.object({
  kind: v.optional(v.picklist(KINDS), "circle"),
  classes: v.optional(v.picklist([2, 3]), 2),
  count: v.optional(whole(10, MOST_POINTS), 200),
  noise: v.optional(between(0, 0.6), 0.1),
  test: v.optional(between(0, 0.8), 0.3),
  dataSeed: v.optional(whole(0, 9999), 1),
  points: v.optional(
    v.pipe(
      v.array(v.tuple([between(-EDGE, EDGE), between(-EDGE, EDGE), whole(0, 2)])),
      v.maxLength(MOST_POINTS),
    ),
    () => [],
  ),
  features: v.optional(
    v.pipe(
      v.array(v.picklist(FEATURES)),
      v.minLength(1),
      v.check((names) => new Set(names).size === names.length, "twice"),
    ),
    () => ["x1" as const, "x2" as const],
  ),
  layers: v.optional(v.pipe(v.array(whole(1, MOST_NEURONS)), v.maxLength(MOST_LAYERS)), () => [4, 3]),
  activation: v.optional(v.picklist(ACTIVATIONS), "tanh"),
  loss: v.optional(v.picklist(LOSSES), "crossEntropy"),
  optimizer: v.optional(optimizer, "adam"),
  rate: v.optional(rate, 0.03),
  l2: v.optional(l2, 0),
  batch: v.optional(whole(1, MOST_POINTS), 10),
  seed: v.optional(whole(0, 9999), 1),
  speed: v.optional(v.picklist(SPEEDS), "update"),
  show: v.optional(v.picklist(["weights", "gradients"]), "weights"),
  chart: v.optional(v.picklist(["loss", "accuracy"]), "loss"),
  neuron: v.optional(neuron, ""),
  /** The class that is painted, or 3 to take points away. */
  brush: v.optional(whole(0, 3), 1),
  /** What a fork would train with. */
  other: v.optional(v.object({ optimizer, rate, l2 }), () => ({
    optimizer: "sgd" as const,
    rate: 0.03,
    l2: 0,
  })),
  /** How far a network was trained, and what was changed on the way. */
  run: v.optional(
    v.object({
      /** Which settings it was trained with (`markOf`). */
      of: v.pipe(v.string(), v.maxLength(16)),
      trained: whole(0, MOST_STEPS),
      /** What they were at the first step. */
      rate,
      l2,
      acts: v.pipe(v.array(act), v.maxLength(MOST_ACTS)),
      fork: v.nullable(v.object({ at: whole(0, MOST_STEPS), optimizer, rate, l2 })),
    }),
    () => ({ of: "", trained: 0, rate: 0.03, l2: 0, acts: [], fork: null }),
  ),
});

export type PlaygroundLesson = v.InferOutput<typeof schema>;

export const dataSettingsOf = (lesson: PlaygroundLesson): DataSettings => {
  const { kind, classes, count, noise, test, dataSeed } = lesson;
  return { kind, classes, count, noise, test, dataSeed, points: kind === "own" ? lesson.points : [] };
};

/** The network as it is at the first step of a training. */
export const networkOf = (lesson: PlaygroundLesson): NetworkSettings => {
  const { features, layers, activation, loss, optimizer, batch, seed, rate, l2 } = lesson;
  return {
    features,
    layers,
    classes: classesOf(dataSettingsOf(lesson)),
    activation,
    loss,
    optimizer,
    batch,
    seed,
    rate,
    l2,
  };
};

/** A short name for all that must not change within a training (FNV-1a). */
export function markOf(lesson: PlaygroundLesson): string {
  const { rate: _, l2: __, ...network } = networkOf(lesson);
  const text = JSON.stringify([dataSettingsOf(lesson), network]);
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}

export const unforked = (lesson: PlaygroundLesson): PlaygroundLesson["run"] => ({
  of: markOf(lesson),
  trained: 0,
  rate: lesson.rate,
  l2: lesson.l2,
  acts: [],
  fork: null,
});

/** Does the recorded training belong to the network that is set now? */
export const isRecorded = (lesson: PlaygroundLesson): boolean =>
  lesson.run.trained > 0 && lesson.run.of === markOf(lesson);

/** Records an act; several of one kind at one step are the last of them. */
export function record(acts: Act[], act: Act): Act[] {
  const last = acts.at(-1);
  const again = last?.at === act.at && last.what === act.what && last.index === act.index;
  return [...(again ? acts.slice(0, -1) : acts), act];
}
