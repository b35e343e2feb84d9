/** What all participants in JavaScript share: they are told on standard input what to do, and answer line by line. */
import { createInterface } from "node:readline";
import { drops } from "./values.mjs";

const write = process.stdout.write.bind(process.stdout);
const say = (answer) => write(`${JSON.stringify(answer)}\n`);
// A library's own words must not come between the answers.
process.stdout.write = process.stderr.write.bind(process.stderr);

/** How many steps of a training are compared. */
const CHECKED_STEPS = 3;

/** The losses of the first steps, as they are told. */
export async function firstLosses(step) {
  const losses = [];
  for (let i = 0; i < CHECKED_STEPS; i++) losses.push(await step());
  return drops(losses);
}

/** A task that this library does not do; the reason goes into the table. */
export function refuse(reason) {
  throw new Error(reason);
}

/**
 * Answers requests until standard input ends. `makers` has a function a kind of task: from the record to `step`, which
 * does the task once, and `check`, which gives the numbers that all must agree on.
 */
export async function serve({ name, detail, threads }, makers) {
  let work;
  const answer = async ({ record, run }) => {
    if (run === undefined) {
      work = await (makers[record.kind] ?? (() => refuse(`has no ${record.kind}`)))(record);
      return { check: await work.check() };
    }
    const begun = performance.now();
    for (let i = 0; i < run; i++) {
      const pending = work.step();
      if (pending instanceof Promise) await pending;
    }
    return { ms: performance.now() - begun };
  };
  say({ ready: name, detail, threads });
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      say(await answer(JSON.parse(line)));
    } catch (error) {
      say({ refuses: (error instanceof Error ? error.message : String(error)).split("\n")[0] });
    }
  }
  process.exit(0);
}
