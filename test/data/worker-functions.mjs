/** Functions that the tests of workers run in other threads. */
import { threadId } from "node:worker_threads";

/** The sample, what it is told, and nothing of where it runs. */
export const told = (sample, { index, epoch, seed }) => ({ sample, index, epoch, seed: String(seed) });

/** A random number of the sample's own. */
export const noisy = (sample, { seed }) => sample + (seed % 1000) / 1000;

/** The later the sample, the sooner it is done. */
export async function backwards(sample) {
  await new Promise((resolve) => setTimeout(resolve, 40 - 4 * sample));
  return sample;
}

/** Where it runs. */
export const thread = () => threadId;

export function fails(sample) {
  if (sample === 5) throw new RangeError("five is right out");
  return sample;
}

export const leaves = () => process.exit(3);

export const unsendable = (sample) => (sample === 1 ? () => sample : sample);

export const twice = (values) => values.map((value) => 2 * value);

export default (sample) => -sample;

export const number = 7;
