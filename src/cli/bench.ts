/** `maru bench`: how fast maru does the standard tasks on this machine. */

import * as maru from "../node.js";
import { measure } from "./bench-clock.js";
import { TASKS } from "./bench-tasks.js";
import { prepare } from "./bench-work.js";
import { serve } from "./bench-worker.js";
import { chooseDevice } from "./device.js";
import { type Output, openOutput } from "./output.js";

/** What the command line gave. */
export interface BenchArguments {
  readonly task?: readonly string[];
  readonly device?: string;
  readonly threads?: number;
  readonly worker?: boolean;
  readonly json?: boolean;
}

export async function bench(given: BenchArguments): Promise<number> {
  const output = openOutput(given.json === true);
  const device = chooseDevice(given.device, output);
  const threads = chooseThreads(device, given.threads, output);
  if (given.worker) {
    await serve({ device, threads });
    return 0;
  }
  const { say, colors } = output;
  const tasks = TASKS.filter(({ name }) => given.task?.includes(name) ?? true);
  const width = Math.max(...tasks.map(({ name }) => name.length));
  say(`${colors.bold("maru bench")}, device ${device}, ${threads} thread${threads === 1 ? "" : "s"}`);
  say(colors.dim("milliseconds each time, the median of repetitions after warming up"));
  say();
  for (const task of tasks) {
    const { ms, repetitions } = await measure(prepare(task).step);
    output.record({ task: task.name, device, threads, ms, repetitions });
    say(`${task.name.padEnd(width)}  ${formatMs(ms).padStart(9)}  ${colors.dim(task.summary)}`);
  }
  return 0;
}

/** Tells the device how many threads it may use; how many it will, which is what the figures are labelled with. */
function chooseThreads(device: string, wanted: number | undefined, output: Output): number {
  const { setThreads, getThreads } = maru as {
    readonly setThreads?: (count: number) => void;
    readonly getThreads?: () => number;
  };
  if (setThreads === undefined || device === "interpreter") {
    if (wanted !== undefined && wanted > 1) output.remark(`The device ${device} computes on one thread.`);
    return 1;
  }
  if (wanted !== undefined) setThreads(wanted);
  return getThreads?.() ?? wanted ?? 1;
}

/** Three digits that count. */
function formatMs(ms: number): string {
  return ms.toFixed(ms >= 100 ? 0 : ms >= 10 ? 1 : ms >= 1 ? 2 : 4);
}
