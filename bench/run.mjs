/**
 * The benchmark: maru and everything else on this machine that does the same, in one run. `node bench/run.mjs --help`
 * tells the options; README.md says what the figures mean.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ensureBuilt, ensureInstalled } from "../scripts/setup.mjs";
import { measureTask } from "./measure.mjs";
import { meet, PEERS } from "./participants.mjs";
import { report } from "./table.mjs";

const USAGE = `node bench/run.mjs [options]
  --task <names>     only these tasks, with commas between (default: all; maru bench --help lists them)
  --device <names>   devices of maru, with commas between; the first is what ratios refer to (default: maru's own choice)
  --peers <names>    only these: ${PEERS.join(",")}; none for maru alone (default: all)
  --threads <n>      threads for everybody (default: 1)
  --rounds <n>       how often everybody takes a turn (default: 5)
  --out <file>       where the figures go, as JSON (default: runs/bench.json)
Pythons with NumPy or PyTorch: BENCH_PYTHON=/path/to/python3,/another (default: python3, /usr/bin/python3).`;

/** Ends the process over wrong usage. */
function misuse(message) {
  console.error(`${message}\n\n${USAGE}`);
  process.exit(2);
}

const list = (text) => text?.split(",").map((word) => word.trim());

/** The options, checked as far as they can be before anybody is met. */
function readOptions() {
  const text = { type: "string" };
  const known = { task: text, device: text, peers: text, threads: text, rounds: text, out: text };
  let values;
  try {
    ({ values } = parseArgs({ options: { ...known, help: { type: "boolean" } } }));
  } catch (error) {
    misuse(error.message);
  }
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  const count = (name, fallback) => {
    const value = Number(values[name] ?? fallback);
    return Number.isSafeInteger(value) && value > 0
      ? value
      : misuse(`--${name} must be a whole number above 0`);
  };
  const wanted = values.peers === "none" ? [] : (list(values.peers) ?? PEERS);
  const unknown = wanted.filter((name) => !PEERS.includes(name));
  if (unknown.length > 0) misuse(`there is no peer called ${unknown.join(", ")}`);
  return {
    names: list(values.task),
    devices: list(values.device) ?? [undefined],
    wanted,
    threads: count("threads", 1),
    rounds: count("rounds", 5),
    out: resolve(values.out ?? "runs/bench.json"),
  };
}

function choose(tasks, names) {
  const unknown = names?.filter((name) => !tasks.some((task) => task.name === name)) ?? [];
  if (unknown.length > 0) {
    misuse(`there is no task ${unknown.join(", ")}; there are ${tasks.map(({ name }) => name).join(", ")}`);
  }
  return tasks.filter(({ name }) => names?.includes(name) ?? true);
}

async function main() {
  const options = readOptions();
  const say = (line) => console.error(line);
  if (process.env.BENCH_MARU === undefined) {
    ensureInstalled();
    ensureBuilt();
  }
  const participants = await meet(options, say);
  const tasks = choose(participants[0].tasks, options.names);
  const results = {
    date: new Date().toISOString(),
    machine: {
      cpu: cpus()[0]?.model.trim() ?? "unknown processor",
      cores: cpus().length,
      system: `${process.platform} ${process.arch}`,
      node: process.versions.node,
    },
    threads: options.threads,
    rounds: options.rounds,
    participants: participants.map(({ label, name, detail, threads }) => ({ label, name, detail, threads })),
    tasks: [],
  };
  for (const [i, task] of tasks.entries()) {
    say(`[${i + 1}/${tasks.length}] ${task.name}: ${task.summary}`);
    const measured = await measureTask(task, participants, options.rounds);
    results.tasks.push({ task: task.name, summary: task.summary, results: measured });
    // After every task, so that a run that is stopped leaves what it has.
    mkdirSync(dirname(options.out), { recursive: true });
    writeFileSync(options.out, `${JSON.stringify(results, null, 1)}\n`);
  }
  console.log(`\n${report(results)}`);
  say(`\nThe figures are in ${options.out}`);
}

main().catch((error) => {
  console.error(`bench: ${error.message}`);
  process.exit(1);
});
