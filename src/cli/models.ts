/** The networks that `maru train` knows by name, with the settings that suit them. */
import { conv2d, flatten, type Layer, linear, maxPool2d, relu, sequential } from "../nn/index.js";

export interface NamedModel {
  /** In a few words, for people. */
  readonly summary: string;
  readonly batch: number;
  readonly lr: number;
  build(): Layer;
}

export const MODELS = {
  mlp: {
    summary: "784-256-10, ReLU",
    batch: 100,
    lr: 0.002,
    build: () => sequential(flatten(), linear(784, 256), relu(), linear(256, 10)) as unknown as Layer,
  },
  cnn: {
    summary: "two 3x3 convolutions (16, 32) with max pooling, then 1568-10",
    batch: 100,
    lr: 0.002,
    build: () =>
      sequential(
        conv2d(1, 16, 3, { padding: 1 }),
        relu(),
        maxPool2d(2),
        conv2d(16, 32, 3, { padding: 1 }),
        relu(),
        maxPool2d(2),
        flatten(),
        linear(1568, 10),
      ) as unknown as Layer,
  },
} satisfies Record<string, NamedModel>;

export type ModelName = keyof typeof MODELS;

export const isModelName = (name: unknown): name is ModelName =>
  typeof name === "string" && Object.hasOwn(MODELS, name);
