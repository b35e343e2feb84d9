/** `maru train`: trains a network by name on MNIST, and leaves a run folder behind. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { augment, type MnistDataset, mnist, randomRotation, randomShift, subset } from "../data/index.js";
import { crossEntropy, type Layer } from "../nn/index.js";
import { adam } from "../optim/index.js";
import { getDevice, random, setThreads } from "../tensor/index.js";
import {
  type Callback,
  type EpochRecord,
  type FitHistory,
  fit,
  loadCheckpoint,
  saveCheckpoint,
  saveModel,
  type TrainingState,
  tensorBoard,
} from "../train/index.js";
import { saveWeights } from "../train/model-file.js";
import { chooseDevice } from "./device.js";
import { MODELS, type ModelName } from "./models.js";
import { formatCount, formatDuration, formatShare, type Output, openOutput } from "./output.js";
import {
  filesOf,
  prepareFolder,
  type RunSettings,
  readSettings,
  writeCurves,
  writeHistory,
} from "./run-folder.js";
import { type ScheduleName, scheduleOf } from "./schedules.js";

/** What the command line gave; settings that were left out are not there. */
export interface TrainArguments {
  readonly data?: string;
  readonly model?: ModelName;
  readonly epochs?: number;
  readonly batch?: number;
  readonly lr?: number;
  readonly seed?: number;
  readonly limit?: number;
  readonly schedule?: ScheduleName;
  readonly earlyStopping?: number;
  readonly augment?: true;
  readonly checkpointEvery?: number;
  readonly logDir?: string;
  readonly device?: string;
  readonly threads?: number;
  readonly out?: string;
  readonly resume?: string;
  readonly json?: boolean;
}

/** As shells count a process that ended by Ctrl-C: 128 and the signal's number. */
const INTERRUPTED = 130;
const EPOCHS = 3;
/** Shorter trainings need no warning. */
const LONG_SECONDS = 90;
/** How long a training is watched before its whole length is estimated. */
const WATCH_SECONDS = 3;

/** What `--augment` does to the digits of each batch: up to 2 pixels and 10 degrees to either side. */
const CHANGES = augment(randomShift(2), randomRotation(10));

/** What is common to the steps of one run. */
interface Run {
  readonly settings: RunSettings;
  readonly folder: string;
  readonly model: Layer;
  readonly resume: TrainingState | undefined;
  /** Where TensorBoard's events go, if anywhere. */
  readonly logDir: string | undefined;
  readonly output: Output;
}

/** The digits of a part: the package's, or those in the folder that `--data` names. */
export const openData = (data: string, part: "train" | "test"): Promise<MnistDataset> =>
  data === "mnist" ? mnist(part) : mnist(part, { folder: data });

export async function train(given: TrainArguments, command: Command): Promise<number> {
  const output = openOutput(given.json === true);
  chooseDevice(given.device, output);
  if (given.threads !== undefined) setThreads(given.threads);
  const run = await openRun(given, command, output);
  const { settings } = run;
  const [all, test] = await Promise.all([openData(settings.data, "train"), openData(settings.data, "test")]);
  const { limit } = settings;
  const data =
    limit === null || limit >= all.length
      ? all
      : subset(
          all,
          Array.from({ length: limit }, (_, i) => i),
        );
  prepareFolder(run.folder);
  announce(run, data.length);
  const begun = performance.now();
  const history = await learn(run, data, test);
  await finish(run, history, (performance.now() - begun) / 1000);
  return history.stopped ? INTERRUPTED : 0;
}

/** The settings: given ones and defaults, or those of the run that is gone on with. */
async function openRun(given: TrainArguments, command: Command, output: Output): Promise<Run> {
  if (given.resume !== undefined) return resumeRun(given, given.resume, command, output);
  const name = given.model ?? "mlp";
  const { build, batch, lr } = MODELS[name];
  const settings: RunSettings = {
    data: given.data ?? "mnist",
    model: name,
    epochs: given.epochs ?? EPOCHS,
    batch: given.batch ?? batch,
    lr: given.lr ?? lr,
    seed: given.seed ?? 0,
    limit: given.limit ?? null,
    schedule: given.schedule ?? null,
    earlyStopping: given.earlyStopping ?? null,
    augment: given.augment ?? null,
    checkpointEvery: given.checkpointEvery ?? null,
  };
  random.seed(settings.seed);
  const folder = given.out ?? join("runs", `mnist-${name}`);
  return { settings, folder, model: build(), resume: undefined, logDir: given.logDir, output };
}

/** Settings that a run keeps, and the options that state them. */
const FIXED = [
  ["data", "data"],
  ["model", "model"],
  ["batch", "batch"],
  ["lr", "lr"],
  ["seed", "seed"],
  ["limit", "limit"],
  ["schedule", "schedule"],
  ["earlyStopping", "early-stopping"],
  ["augment", "augment"],
] as const;

async function resumeRun(
  given: TrainArguments,
  from: string,
  command: Command,
  output: Output,
): Promise<Run> {
  const path = filesOf(from).last;
  const checkpoint = await loadCheckpoint(path);
  const before = readSettings(checkpoint.settings, path);
  for (const [name, word] of FIXED) {
    if (given[name] === undefined || given[name] === before[name]) continue;
    const was = before[name] ?? (name === "limit" ? "all samples" : "none");
    command.error(
      `error: --${word} ${given[name]} does not go with --resume ${from}, which was trained with ${was}; leave it out`,
      { exitCode: 2 },
    );
  }
  const settings = {
    ...before,
    epochs: given.epochs ?? before.epochs,
    checkpointEvery: given.checkpointEvery ?? before.checkpointEvery,
  };
  const model = MODELS[settings.model].build();
  const { logDir, out = from } = given;
  return { settings, folder: out, model, resume: checkpoint.state, logDir, output };
}

function announce({ settings, resume, output, folder }: Run, samples: number): void {
  const { say, colors } = output;
  const { model, batch, lr, seed, epochs } = settings;
  say(
    `${colors.bold(`Training ${model}`)} (${MODELS[model].summary}) on ${formatCount(samples)} digits, device ${getDevice()}`,
  );
  say(
    colors.dim(
      `${epochs} epoch${epochs === 1 ? "" : "s"}, batches of ${batch}, learning rate ${lr}, seed ${seed}; writing to ${folder}`,
    ),
  );
  const done = resume?.epochs.length ?? 0;
  const step = resume?.place?.step ?? 0;
  if (done >= epochs) say(`All ${done} epochs were done before; give a larger --epochs to go on.`);
  else if (step > 0) say(`Going on in epoch ${done + 1}, after step ${step}.`);
  else if (done > 0) say(`Going on after epoch ${done}.`);
}

/** Trains; the first Ctrl-C ends it after the step, a second one ends the process at once. */
async function learn(run: Run, data: MnistDataset, test: MnistDataset): Promise<FitHistory> {
  const { settings, model, resume, logDir, output } = run;
  const controller = new AbortController();
  const interrupt = (): void => {
    controller.abort();
    output.remark("Stopping after this step; press Ctrl-C again to quit at once.");
  };
  process.once("SIGINT", interrupt);
  const steps = Math.ceil(data.length / settings.batch);
  try {
    return await fit(model as Layer, data, {
      loss: crossEntropy,
      optimizer: adam(settings.lr),
      epochs: settings.epochs,
      batchSize: settings.batch,
      seed: settings.seed,
      validate: test,
      signal: controller.signal,
      resume,
      schedule: scheduleOf(settings, steps * settings.epochs),
      earlyStopping: settings.earlyStopping === null ? undefined : { patience: settings.earlyStopping },
      augment: settings.augment === null ? undefined : CHANGES,
      callbacks: [
        estimator(run, data.length),
        ...(logDir === undefined ? [] : [tensorBoard(logDir)]),
        keeper(run),
      ],
    });
  } finally {
    process.removeListener("SIGINT", interrupt);
  }
}

/** Says once, after a few seconds of work, how long the training will take, if that is long. */
function estimator({ settings, resume, output }: Run, samples: number): Callback {
  const epochs = settings.epochs - (resume?.epochs.length ?? 0);
  let begun: number | undefined;
  let done = 0;
  let said = false;
  return {
    onBatchEnd(batch) {
      if (said) return;
      // The first step warms up and is not counted.
      if (begun === undefined) {
        begun = performance.now();
        return;
      }
      done += batch.samples;
      const seconds = (performance.now() - begun) / 1000;
      if (seconds < WATCH_SECONDS) return;
      said = true;
      const epoch = (seconds / done) * samples;
      if (epoch * epochs < LONG_SECONDS) return;
      output.remark(
        `About ${formatDuration(epoch)} an epoch and ${formatDuration(epoch * epochs)} in all on the device "${getDevice()}"; Ctrl-C stops and keeps the best weights.`,
      );
    },
  };
}

/** Tells of every epoch, and writes the run's files; the last of the callbacks, so that it keeps what the others have. */
function keeper(run: Run): Callback {
  const { checkpointEvery } = run.settings;
  return {
    onBatchEnd(_, training) {
      if (checkpointEvery === null || training.updates % checkpointEvery !== 0) return undefined;
      return saveCheckpoint(filesOf(run.folder).last, training.state(), run.settings);
    },
    async onEpochEnd(record, training) {
      report(run, record);
      await save(run, record, training.state());
    },
  };
}

function report({ settings, output }: Run, record: EpochRecord): void {
  const { say, colors } = output;
  output.record({ event: "epoch", ...record });
  const { epoch, loss, accuracy = 0, valLoss = 0, valAccuracy = 0, seconds, samplesPerSecond } = record;
  const later = settings.epochs - epoch;
  const left = later > 0 ? `, about ${formatDuration(later * seconds)} left` : "";
  say(
    `epoch ${epoch}/${settings.epochs}  loss ${loss.toFixed(4)}, ${formatShare(accuracy)} right  ` +
      `test loss ${valLoss.toFixed(4)}, ${colors.green(`${formatShare(valAccuracy)} right`)}  ` +
      colors.dim(`${seconds.toFixed(1)} s, ${formatCount(samplesPerSecond)} digits/s${left}`),
  );
}

/** What `maru predict` must know besides the layers. */
const inputs = { inputShape: "[1,28,28]", inputRange: "[0,1]", classes: "0123456789" };

/** The files of the run after an epoch: at any moment each is whole. */
async function save(
  { settings, folder, model }: Run,
  record: EpochRecord,
  state: TrainingState,
): Promise<void> {
  const files = filesOf(folder);
  const { best, bestWeights, epochs } = state;
  if (bestWeights !== null && best?.epoch === record.epoch) {
    await saveWeights(files.model, model, bestWeights, { ...inputs, epoch: String(best.epoch) });
  }
  await saveCheckpoint(files.last, state, settings);
  await writeHistory(folder, { settings, finished: epochs.length >= settings.epochs, best, epochs });
}

async function finish(run: Run, history: FitHistory, seconds: number): Promise<void> {
  const { settings, folder, model, resume, output } = run;
  const { say, colors } = output;
  const { best, epochs, stopped } = history;
  const files = filesOf(folder);
  // A run that goes on elsewhere, or that was stopped in its first epoch, has not written its weights yet.
  if (best === null ? !existsSync(files.model) : resume !== undefined) {
    await saveModel(files.model, model, { ...inputs, epoch: String(best?.epoch ?? 0) });
  }
  if (epochs.length > 0) {
    // A process that was killed may have written the last checkpoint and not this.
    const finished = epochs.length >= settings.epochs || history.ending === "earlyStopping";
    await writeHistory(folder, { settings, finished, best, epochs });
  }
  await writeCurves(folder, epochs);
  const record = epochs.find(({ epoch }) => epoch === best?.epoch);
  output.record({
    event: "done",
    stopped,
    epochs: epochs.length,
    bestEpoch: best?.epoch ?? null,
    loss: record?.loss ?? null,
    accuracy: record?.accuracy ?? null,
    valLoss: record?.valLoss ?? null,
    valAccuracy: record?.valAccuracy ?? null,
    seconds,
    out: folder,
    model: files.model,
    settings,
  });
  if (stopped) {
    say(
      colors.yellow(`Stopped in epoch ${epochs.length + 1}; go on with: npx maru train --resume ${folder}`),
    );
  }
  if (history.ending === "earlyStopping") {
    say(`Stopped early after epoch ${epochs.length}: no better for ${settings.earlyStopping} epochs.`);
  }
  if (record === undefined) return;
  say(
    `${colors.bold(`Best: epoch ${record.epoch}, ${formatShare(record.valAccuracy ?? 0)} of the test digits right`)}; its weights are in ${files.model}`,
  );
  say(colors.dim(`Try: npx maru predict 0 --weights ${folder}`));
}
