/** `maru predict`: which digit a picture shows, by a network that was trained before. */
import { existsSync, statSync } from "node:fs";
import { FileError, FormatError, IndexError } from "../errors.js";
import { toMnistDigit } from "../formats/index.js";
import { readPng } from "../formats/node.js";
import { buffer } from "../graph/index.js";
import { terminalImage } from "../plot/index.js";
import { noGrad, softmax, Tensor } from "../tensor/index.js";
import { loadModel } from "../train/index.js";
import { chooseDevice } from "./device.js";
import { formatShare, openOutput, wantsColor } from "./output.js";
import { filesOf } from "./run-folder.js";
import { openData } from "./train.js";

export interface PredictArguments {
  readonly weights: string;
  readonly data: string;
  readonly device?: string;
  readonly json?: boolean;
}

const SIDE = 28;
const CLASSES = 10;
const BAR = 24;

interface Digit {
  /** 784 values from 0 (paper) to 1 (ink). */
  readonly pixels: Float32Array;
  /** What it is, where that is known. */
  readonly label: number | null;
}

/** A number is a digit of the test set; anything else is the path of a PNG. */
async function readDigit(input: string, data: string): Promise<Digit> {
  if (!/^\d+$/.test(input)) {
    return { pixels: toMnistDigit(await readPng(input, { background: "contrast" })), label: null };
  }
  const test = await openData(data, "test");
  const index = Number(input);
  if (index >= test.length) {
    throw new IndexError(`predict: there is no test digit ${input}; they go from 0 to ${test.length - 1}`);
  }
  const { inputs, targets } = test.batch([index]);
  return { pixels: inputs.dataSync(), label: targets.dataSync()[0]! };
}

/** The file of the weights: a run's folder stands for its best ones. */
function weightsPath(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? path : filesOf(path).model;
}

/** The probability of each digit. */
async function classify(path: string, pixels: Float32Array): Promise<Float32Array> {
  if (!existsSync(path)) {
    throw new FileError(
      `predict: there are no weights at ${path}; train first (npx maru train), or name a run's folder with --weights`,
    );
  }
  const { model } = await loadModel(path);
  const x = new Tensor(buffer(pixels, [1, 1, SIDE, SIDE], "float32"));
  const logits = noGrad(() => model.eval().forward(x as never)) as Tensor;
  if (logits.ndim !== 2 || logits.shape[1] !== CLASSES) {
    throw new FormatError(`${path}: its network does not tell ten digits apart`);
  }
  return (await (softmax(logits, -1) as Tensor).data()) as Float32Array;
}

export async function predict(input: string, options: PredictArguments): Promise<number> {
  const output = openOutput(options.json === true);
  chooseDevice(options.device, output);
  const path = weightsPath(options.weights);
  const { pixels, label } = await readDigit(input, options.data);
  const probabilities = [...(await classify(path, pixels))];
  const digit = probabilities.indexOf(Math.max(...probabilities));
  output.record({
    event: "prediction",
    input,
    digit,
    probability: probabilities[digit],
    ...(label !== null && { label, correct: label === digit }),
    probabilities,
    weights: path,
  });
  if (output.json) return 0;
  const { say, colors } = output;
  say(terminalImage(pixels, SIDE, SIDE, { color: wantsColor(process.stdout), range: [0, 1] }));
  say();
  const verdict =
    label === null ? "" : label === digit ? colors.green("  right") : colors.red(`  wrong: it is a ${label}`);
  say(`${colors.bold(`This is a ${digit}`)}  (${formatShare(probabilities[digit]!)} sure)${verdict}`);
  probabilities.forEach((share, i) => {
    const line = `${i}  ${"█".repeat(Math.round(share * BAR)).padEnd(BAR)} ${formatShare(share).padStart(8)}`;
    say(i === digit ? colors.bold(line) : colors.dim(line));
  });
  return 0;
}
