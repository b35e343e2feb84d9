/**
 * `maru bench --worker`: maru as one participant of a larger benchmark. It is told on standard input what to do and
 * answers on standard output, one JSON object a line; bench/README.md in the repository has the words.
 */
import { createInterface } from "node:readline";
import { time } from "./bench-clock.js";
import { TASKS } from "./bench-tasks.js";
import type { Work } from "./bench-values.js";
import { prepare } from "./bench-work.js";

interface Request {
  readonly prepare?: string;
  readonly run?: number;
}

/** Answers one request after another; the task that was prepared last is the one that runs. */
export function answerer(): (request: Request) => object {
  const tasks = new Map(TASKS.map((task) => [task.name, task]));
  let work: Work | undefined;
  return ({ prepare: name = "", run }) => {
    if (run !== undefined && work !== undefined) return { ms: time(work.step, run) };
    const task = tasks.get(name);
    if (task === undefined) return { refuses: `there is no task "${name}"` };
    work = prepare(task);
    return { check: work.check() };
  };
}

/** Answers requests until standard input ends. */
export async function serve(setting: { readonly device: string; readonly threads: number }): Promise<void> {
  const say = (answer: object): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);
  const answer = answerer();
  say({ ready: "maru", ...setting, tasks: TASKS });
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      say(answer(JSON.parse(line) as Request));
    } catch (error) {
      say({ refuses: error instanceof Error ? error.message : String(error) });
    }
  }
}
