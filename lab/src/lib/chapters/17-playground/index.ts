import { countOf, sizesOf } from "../../engine/playground/settings.js";
import { chapter } from "../chapter.js";
import { LEAST_RATE, MOST_RATE, networkOf, type PlaygroundLesson, schema } from "./lesson.js";
import NetPanel from "./NetPanel.svelte";

/** What an experiment changes; all else of the network and its points is as at the beginning. */
const set = (changes: Partial<PlaygroundLesson>) => (lesson: PlaygroundLesson) => {
  Object.assign(lesson, {
    kind: "circle",
    classes: 2,
    count: 200,
    noise: 0.1,
    test: 0.3,
    features: ["x1", "x2"],
    layers: [4, 3],
    activation: "tanh",
    loss: "crossEntropy",
    optimizer: "adam",
    rate: 0.03,
    l2: 0,
    batch: 10,
    show: "weights",
    neuron: "",
    ...changes,
  });
};
/** Few points, much noise, and a network that is far too large for them. */
const NOISY: Partial<PlaygroundLesson> = {
  kind: "moons",
  count: 40,
  noise: 0.35,
  test: 0.5,
  layers: [8, 8, 8],
  activation: "relu",
  rate: 0.01,
  speed: "epoch",
};
const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

export default chapter({
  schema,
  panels: [
    { id: "net", component: NetPanel },
    { id: "data", load: () => import("./DataPanel.svelte") },
    { id: "time", load: () => import("./TimePanel.svelte") },
  ],
  laterCode: async () => {
    const { program } = await import("./program.js");
    return (lesson, _, t) => program(lesson, t);
  },
  write: (lesson, name, value) => {
    if (name === "rate") lesson.rate = clamp(value, LEAST_RATE, MOST_RATE);
    else if (name === "noise") lesson.noise = clamp(value, 0, 0.6);
    else if (name === "count") lesson.count = clamp(Math.round(value), 10, 400);
    else if (name === "seed" || name === "dataSeed") lesson[name] = clamp(Math.round(value), 0, 9999);
  },
  live: {
    weights: (lesson) => String(countOf(sizesOf(networkOf(lesson)))),
  },
  actions: {
    straight: set({ layers: [] }),
    squares: set({ layers: [], features: ["x1x1", "x2x2"] }),
    two: set({ layers: [2] }),
    three: set({ layers: [3] }),
    linear: set({ layers: [8, 8], activation: "linear" }),
    shallow: set({ kind: "spiral", noise: 0.05, layers: [8], speed: "epoch" }),
    deep: set({ kind: "spiral", noise: 0.05, layers: [8, 8, 8], speed: "epoch" }),
    fast: set({ optimizer: "sgd", rate: 10 }),
    slow: set({ optimizer: "sgd", rate: 0.001 }),
    right: set({ optimizer: "sgd", rate: 0.3 }),
    vanishing: set({
      layers: [4, 4, 4, 4, 4, 4],
      activation: "sigmoid",
      optimizer: "sgd",
      rate: 0.3,
      show: "gradients",
    }),
    flowing: set({
      layers: [4, 4, 4, 4, 4, 4],
      activation: "tanh",
      optimizer: "sgd",
      rate: 0.3,
      show: "gradients",
    }),
    overfit: set({ ...NOISY }),
    decayed: set({ ...NOISY, l2: 0.03 }),
    race: (lesson) => {
      set({ kind: "spiral", noise: 0.05, layers: [8, 8], optimizer: "sgd", rate: 0.03, speed: "epoch" })(
        lesson,
      );
      lesson.other = { optimizer: "adam", rate: 0.03, l2: 0 };
    },
  },
});
