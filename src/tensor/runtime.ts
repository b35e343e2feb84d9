/** Which device computes, whether derivatives are recorded, and the one place where nodes get their values. */
import { GradientError } from "../errors.js";
import { forgetNodes, isVariable, type Node, verify } from "../graph/index.js";
import { openTarget, type RunReport, type Target } from "../targets/index.js";

let target: Target = openTarget("interpreter");
let recording = true;
let checking = false;

/**
 * The name of the device that computes.
 *
 * @example
 * ```ts
 * getDevice(); // interpreter
 * ```
 */
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

/**
 * Runs the verifier over every graph before it is computed: a graph that breaks one of its own rules is then a
 * VerificationError. For tests; off by default.
 *
 * @example
 * ```ts
 * setVerification(true);
 * String(ones([2]).add(1)); // [2. 2.]
 * setVerification(false);
 * ```
 */
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

/** Runs `body` recording derivatives, whatever stands outside: a function that is differentiated needs them. */
export function recorded<T>(body: () => T): T {
  const before = recording;
  recording = true;
  try {
    return body();
  } finally {
    recording = before;
  }
}

let last: RunReport = { computed: 0, peakBytes: 0 };

/**
 * What the last computation took: how many nodes it computed, and the bytes that were held at its peak.
 *
 * @example
 * ```ts
 * ones([4]).add(1).realize();
 * lastRun().computed > 0; // true
 * ```
 */
export const lastRun = (): RunReport => last;

/**
 * Computes nodes that have no value yet, all in one go. With `keep`, values on the way that a backward pass may ask
 * for stay too. The values of variables always stay, since somebody holds them; returns those that were computed.
 */
export function compute(nodes: readonly Node[], keep = false): Set<Node> {
  const variables = new Set<Node>();
  const pending = nodes.filter((node) => node.storage === undefined);
  if (pending.length === 0) return variables;
  if (checking) verify(pending);
  last = target.run(pending, (node) => {
    if (isVariable(node)) variables.add(node);
    else if (!(keep && node.tracked) && !node.computedBefore) {
      // Should a later run come to this node again, somebody holds it, and its value stays that time.
      node.computedBefore = true;
      return false;
    }
    return true;
  });
  forgetNodes();
  return variables;
}
