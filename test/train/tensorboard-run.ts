/**
 * A training that is logged for TensorBoard, stopped, and gone on with from an earlier checkpoint. Run by itself it writes the
 * log into a folder, for `test/reference/tensorboard_check.py`: npx tsx test/train/tensorboard-run.ts FOLDER
 */
import { readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { tensorDataset } from "../../src/data/index.js";
import {
  array,
  fit,
  Generator,
  nn,
  optim,
  random,
  type TrainingState,
  tensorBoard,
} from "../../src/index.js";

/** Three epochs of four steps, the first file; from the end of the first epoch on again, the second file. */
export async function logRun(folder: string): Promise<void> {
  const points = new Generator(1).normal([16, 2]);
  const labels = array(Int32Array.from({ length: 16 }, (_, i) => i % 2));
  const data = tensorDataset(points, labels);
  const states: TrainingState[] = [];
  const options = {
    ...{ loss: nn.crossEntropy, optimizer: optim.sgd(0.5), epochs: 3, batchSize: 4, progress: false },
    ...{ validate: data, schedule: optim.exponentialLR({ gamma: 0.5 }) },
  };
  random.seed(0);
  const logged = () => [tensorBoard(folder, { every: 2, histograms: true })];
  const keep = { onEpoch: (_: object, state: TrainingState) => void states.push(state) };
  await fit(nn.sequential(nn.linear(2, 2)), data, { ...options, callbacks: logged(), ...keep });
  nameFiles(folder);
  const resumed = { ...options, resume: states[0], callbacks: logged() };
  await fit(nn.sequential(nn.linear(2, 2)), data, resumed);
  nameFiles(folder);
}

/** Names without time and process, in the order in which the files were written. */
function nameFiles(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (/^events\.out\.tfevents\.\d\.maru$/.test(name)) continue;
    const number = readdirSync(folder).length;
    renameSync(join(folder, name), join(folder, `events.out.tfevents.${number}.maru`));
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , folder = "logs"] = process.argv;
  rmSync(folder, { recursive: true, force: true });
  await logRun(folder);
}
