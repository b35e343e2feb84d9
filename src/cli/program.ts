/** The words of the command line. */
import { Command, Option } from "commander";
import { positiveNumber, wholeNumber } from "./arguments.js";
import { type BenchArguments, bench } from "./bench.js";
import { TASKS } from "./bench-tasks.js";
import { type DoctorArguments, doctor } from "./doctor.js";
import { type LabArguments, lab } from "./lab.js";
import { MODELS } from "./models.js";
import { type PredictArguments, predict } from "./predict.js";
import { SCHEDULES } from "./schedules.js";
import { type TrainArguments, train } from "./train.js";

const EXIT_CODES = `
Exit codes: 0 done, 1 failed (one sentence on standard error says why; MARU_DEBUG=1 adds the stack),
2 wrong usage, 130 training stopped by Ctrl-C.`;

/** The program; `leave` is told the exit code of a command that ran. */
export function buildProgram(version: string, leave: (code: number) => void): Command {
  const program = new Command("maru")
    .description("Deep learning for TypeScript: trains networks, uses them, and teaches how they work")
    .version(version)
    .exitOverride()
    .showHelpAfterError("(maru --help tells all commands and options)")
    .addHelpText("after", EXIT_CODES);
  addTrain(program, leave);
  addPredict(program, leave);
  addBench(program, leave);
  program
    .command("lab")
    .description("open the Lab: the lecture as things to touch, in Korean and English, on this machine")
    .option("--port <n>", "the port (default: 6278, or the next free one; 0: any)", wholeNumber(0, 65535))
    .option("--json", "one JSON object on standard output, words on standard error")
    .allowExcessArguments(false)
    .action(async (options: LabArguments) => leave(await lab(options)));
  program
    .command("doctor")
    .description("say what this machine has for maru: devices, data, colours")
    .option("--clear-cache", "remove the kernels that the native device has built")
    .option("--json", "one JSON object on standard output")
    .action(async (options: DoctorArguments) => leave(await doctor(version, options)));
  return program;
}

function addTrain(program: Command, leave: (code: number) => void): void {
  program
    .command("train")
    .description("train a network on MNIST, the 60,000 handwritten digits, and test it on 10,000 others")
    .option("--data <name>", "mnist, or a folder with four IDX files of MNIST's kind (default: mnist)")
    .addOption(new Option("--model <name>", "the network (default: mlp)").choices(Object.keys(MODELS)))
    .option("--epochs <n>", "times through the data (default: 3)", wholeNumber(1))
    .option("--batch <n>", "samples in a step (default: 100)", wholeNumber(1))
    .option("--lr <x>", "learning rate of Adam (default: 0.002)", positiveNumber)
    .option(
      "--seed <n>",
      "decides first weights and order; same seed, same numbers (default: 0)",
      wholeNumber(0),
    )
    .option("--limit <n>", "learn from the first n samples only, for a quick try", wholeNumber(1))
    .addOption(
      new Option("--schedule <name>", "how the learning rate moves (default: not at all)").choices(
        Object.keys(SCHEDULES),
      ),
    )
    .option("--early-stopping <n>", "stop after n epochs without a better test loss", wholeNumber(0))
    .option("--augment", "shift and turn the digits that are learned from a little, at random")
    .option(
      "--checkpoint-every <n>",
      "steps from one checkpoint to the next (default: one an epoch)",
      wholeNumber(1),
    )
    .option("--log-dir <folder>", "write an event log there, for TensorBoard")
    .option(
      "--threads <n>",
      "how many threads may compute (default: what the device thinks best)",
      wholeNumber(1),
    )
    .option(
      "--device <name>",
      "what computes: wasm (default), native, interpreter, or auto: native where it is there",
    )
    .option("--out <folder>", "where weights, history and curves go (default: runs/mnist-MODEL)")
    .option("--resume <folder>", "go on with the run in this folder, up to --epochs in all")
    .option("--json", "one JSON object a line on standard output, words on standard error")
    .addHelpText(
      "after",
      "\nCtrl-C ends the training after the step and keeps the best weights (exit code 130).",
    )
    .allowExcessArguments(false)
    .action(async (options: TrainArguments, command: Command) => leave(await train(options, command)));
}

function addPredict(program: Command, leave: (code: number) => void): void {
  program
    .command("predict")
    .description("say which digit a picture shows, and draw it")
    .argument("<picture>", "a PNG file, or the number of one of MNIST's test digits (from 0)")
    .option("--weights <folder>", "the run whose network is used", "runs/mnist-mlp")
    .option("--data <name>", "where numbered digits come from: mnist, or a folder with IDX files", "mnist")
    .option(
      "--device <name>",
      "what computes: wasm (default), native, interpreter, or auto: native where it is there",
    )
    .option("--json", "one JSON object on standard output")
    .allowExcessArguments(false)
    .action(async (picture: string, options: PredictArguments) => leave(await predict(picture, options)));
}

function addBench(program: Command, leave: (code: number) => void): void {
  const names = TASKS.map(({ name }) => name);
  program
    .command("bench")
    .description("measure how fast this machine does the standard tasks")
    .addOption(new Option("--task <name...>", "only these tasks (default: all)").choices(names))
    .option(
      "--device <name>",
      "what computes: wasm (default), native, interpreter, or auto: native where it is there",
    )
    .option(
      "--threads <n>",
      "how many threads may compute (default: what the device thinks best)",
      wholeNumber(1),
    )
    .option("--json", "one JSON object a line on standard output, words on standard error")
    .addOption(new Option("--worker", "take part in bench/run.mjs").hideHelp())
    .allowExcessArguments(false)
    .action(async (options: BenchArguments) => leave(await bench(options)));
}
