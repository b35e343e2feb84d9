/** `maru doctor`: what this machine has for maru, and what would bring what it has not. */
import { availableParallelism, cpus, totalmem } from "node:os";
import { mnist } from "../data/index.js";
import { mnistFolder } from "../data/mnist-node.js";
import { MaruError } from "../errors.js";
import { deviceStatuses } from "../targets/index.js";
import { cacheStatus, clearCache } from "../targets/native/cache.js";
import { openOutput, wantsColor } from "./output.js";

/** The oldest Node that maru is made for. */
const OLDEST_NODE = 20;

/** What the native device has built. */
function kernelsText({ folder, lasting, problem, files, bytes }: ReturnType<typeof cacheStatus>): string {
  if (!lasting) return `no lasting cache: ${problem}`;
  const size = `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return `${files} files, ${size}, in ${folder} (maru doctor --clear-cache removes them)`;
}

interface DataStatus {
  readonly found: boolean;
  readonly detail: string;
}

async function mnistStatus(): Promise<DataStatus> {
  try {
    const [train, test] = await Promise.all([mnist("train"), mnist("test")]);
    return { found: true, detail: `${train.length} + ${test.length} digits in ${mnistFolder()}` };
  } catch (error) {
    if (!(error instanceof MaruError)) throw error;
    return { found: false, detail: error.message };
  }
}

function colorSupport(): string {
  if (!wantsColor(process.stdout)) return "none";
  const bits = process.stdout.isTTY ? process.stdout.getColorDepth() : 8;
  return bits >= 24 ? "16 million" : bits >= 8 ? "256" : "16";
}

export interface DoctorArguments {
  readonly json?: boolean;
  readonly clearCache?: boolean;
}

export async function doctor(
  version: string,
  { json = false, clearCache: clear = false }: DoctorArguments,
): Promise<number> {
  const output = openOutput(json);
  const { say, colors } = output;
  if (clear) output.remark(`${clearCache()} files removed from ${cacheStatus().folder}.`);
  const major = Number(process.versions.node.split(".")[0]);
  const report = {
    maru: version,
    node: { version: process.version, supported: major >= OLDEST_NODE },
    system: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    threads: availableParallelism(),
    memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    devices: deviceStatuses(),
    kernels: cacheStatus(),
    mnist: await mnistStatus(),
    colors: colorSupport(),
  };
  output.record({ event: "doctor", ...report });
  if (json) return 0;
  const mark = (good: boolean): string => (good ? colors.green("yes") : colors.yellow("no "));
  const line = (name: string, text: string): void => say(`${colors.dim(name.padEnd(9))} ${text}`);
  line("maru", report.maru);
  line(
    "Node",
    `${report.node.version}${report.node.supported ? "" : colors.red(`  too old: maru needs ${OLDEST_NODE} or later`)}`,
  );
  line("system", report.system);
  line("CPU", `${report.cpu}, ${report.threads} thread${report.threads === 1 ? "" : "s"}`);
  line("memory", `${report.memoryGiB} GiB`);
  line("colours", report.colors);
  line("kernels", kernelsText(report.kernels));
  line("MNIST", `${mark(report.mnist.found)}  ${report.mnist.detail}`);
  say();
  say(colors.bold("devices"));
  for (const { name, available, detail } of report.devices) {
    say(`  ${name.padEnd(12)} ${mark(available)}  ${detail}`);
  }
  return 0;
}
