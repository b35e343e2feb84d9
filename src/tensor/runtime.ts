/** Which device computes, whether derivatives are recorded, and the one place where nodes get their values. */
import { GradientError } from "../errors.js";
import { forgetNodes, type Node, verify } from "../graph/index.js";
import { openTarget, type RunReport, type Target } from "../targets/index.js";

let target: Target = openTarget("interpreter");
let recording = true;
let checking = false;

/** The name of the device that computes. */
export const getDevice = (): string => target.name;

/**
 * Chooses the device that computes from now on.
 *
 * @throws DeviceError when it is not there; the message says why and what is.
 * @example
 * ```ts
 * setDevice("interpreter");
 * getDevice(); // "interpreter"
 * ```
 */
export function setDevice(name: string): void {
  target = openTarget(name);
}

/** Runs the verifier over every graph before it is computed. For tests; off by default. */
export function setVerification(on: boolean): void {
  checking = on;
}

export const isRecording = (): boolean => recording;

/**
 * Runs `body` without recording derivatives: what it computes counts as constant.
 *
 * @throws GradientError when `body` is asynchronous: other code would run in between.
 * @example
 * ```ts
 * const w = array([1, 2], { requiresGrad: true });
 * noGrad(() => w.mul(2)).requiresGrad; // false
 * ```
 */
export function noGrad<T>(body: () => T): T {
  const before = recording;
  recording = false;
  try {
    const result = body();
    if (result instanceof Promise) throw new GradientError("noGrad: the function must not be asynchronous");
    return result;
  } finally {
    recording = before;
  }
}

let last: RunReport = { computed: 0, peakBytes: 0 };

/** What the last computation took. */
export const lastRun = (): RunReport => last;

/**
 * Computes nodes that have no value yet, all in one go. With `keep`, values on the way that a backward pass may ask
 * for stay too.
 */
export function compute(nodes: readonly Node[], keep = false): void {
  const pending = nodes.filter((node) => node.storage === undefined);
  if (pending.length === 0) return;
  if (checking) verify(pending);
  last = target.run(pending, keep ? (node) => node.tracked : () => false);
  forgetNodes();
}
