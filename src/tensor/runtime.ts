/** Which device computes, whether derivatives are recorded, and the one place where nodes get their values. */
import { GradientError, ValueError } from "../errors.js";
import { forgetNodes, isVariable, type Node, type TypedArray, verify, withoutMarks } from "../graph/index.js";
import {
  setThreads as askForThreads,
  defaultTarget,
  openTarget,
  type RunReport,
  type Target,
} from "../targets/index.js";
import { capture, refuse } from "./capture.js";

/** What was chosen, if anything was; the devices come to be known after this module was loaded. */
let chosen: Target | undefined;
let recording = true;
/** The verifier, where it is asked for: a page that does not ask need not load it. */
let checker: typeof verify | undefined;

/**
 * The name of the device that computes; wasm unless another one was chosen.
 *
 * @example
 * ```ts
 * setDevice("wasm");
 * getDevice(); // wasm
 * ```
 */
export const getDevice = (): string => currentTarget().name;

/**
 * Chooses the device that computes from now on: "wasm", "native" (in Node), "interpreter", or "auto", which is native
 * where a C compiler and koffi are there, else wasm.
 *
 * @throws DeviceError when it is not there; the message says why and what is.
 * @throws CaptureError inside a compiled function
 * @example
 * ```ts
 * setDevice("interpreter");
 * getDevice(); // "interpreter"
 * ```
 */
export function setDevice(name: string): void {
  refuse("setDevice", "choose the device before");
  chosen = openTarget(name);
}

/**
 * Asks for so many threads to compute on; without it there is one a processor, at most 16. `getThreads` says how many
 * there are then: a page that is not cross-origin isolated, for one, has one thread. One thread computes the same values
 * as many.
 *
 * @throws ValueError unless it is a whole number of at least 1
 * @throws DeviceError while a computation is in flight that has to be awaited
 * @example
 * ```ts
 * setThreads(1);
 * getThreads(); // 1
 * ```
 */
export function setThreads(count: number): void {
  refuse("setThreads", "choose the number of threads before");
  if (!Number.isSafeInteger(count) || count < 1)
    throw new ValueError(`setThreads: a whole number of at least 1 is needed, got ${count}`);
  askForThreads(count);
}

/**
 * On how many threads the device computes.
 *
 * @example
 * ```ts
 * getThreads() >= 1; // true
 * ```
 */
export const getThreads = (): number => currentTarget().threads ?? 1;

/** The device itself. */
export const currentTarget = (): Target => chosen ?? defaultTarget();

/** Computes with a device that has no name; for tests of devices. */
export function useTarget(device: Target): void {
  chosen = device;
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
  checker = on ? verify : undefined;
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

/** Notes what a compiled program took. */
export function noteRun(report: RunReport): void {
  last = report;
}

/** Verifies graphs where that is asked for. */
export const checkGraph = (roots: readonly Node[]): void => void checker?.(roots);

/**
 * Computes nodes that have no value yet, all in one go. With `keep`, values on the way that a backward pass may ask
 * for stay too. The values of variables always stay, since somebody holds them; returns those that were computed.
 */
export function compute(nodes: readonly Node[], keep = false): Set<Node> {
  const variables = new Set<Node>();
  const pending = pendingOf(nodes);
  if (pending.length === 0) return variables;
  last = currentTarget().run(pending, choice(variables, keep));
  forgetNodes();
  return variables;
}

/**
 * Values that the host itself needs now and that are hardly worth a device: computed by the interpreter, so that nothing
 * is compiled for them. Whole numbers and uniform random ones are the same on every device.
 */
export function computeOnHost(node: Node): TypedArray {
  if (node.storage === undefined) openTarget("interpreter").run([node], () => false);
  return node.storage!.read();
}

/** As `compute`, but without blocking a page: there the event loop turns meanwhile. */
export async function computeSoon(nodes: readonly Node[], keep = false): Promise<Set<Node>> {
  const target = currentTarget();
  if (target.runAsync === undefined) return compute(nodes, keep);
  const variables = new Set<Node>();
  const pending = pendingOf(nodes);
  if (pending.length === 0) return variables;
  last = await target.runAsync(pending, choice(variables, keep));
  forgetNodes();
  return variables;
}

/** Is a computation in flight that has to be awaited? Another one now would be an error. */
export const isComputing = (): boolean => currentTarget().busy ?? false;

function pendingOf(nodes: readonly Node[]): Node[] {
  // While a function is captured nothing has a value: all of it is computed later, as one program.
  if (capture !== undefined) return [];
  let took = false;
  for (const node of nodes) if (node.storage === undefined && takeValues(node)) took = true;
  // As after any computation: the table of nodes must not grow with a loop.
  if (took) forgetNodes();
  const pending = nodes.filter((node) => node.storage === undefined);
  if (pending.length > 0) checkGraph(pending);
  return pending;
}

/** A reshape of values that are there has them already. */
function takeValues(node: Node): boolean {
  const { storage } = withoutMarks(node);
  if (storage === undefined) return false;
  storage.lent = true;
  node.storage = storage;
  return true;
}

/** Which values on the way stay. Variables among them are noted. */
function choice(variables: Set<Node>, keep: boolean): (node: Node) => boolean {
  return (node) => {
    if (isVariable(node)) variables.add(node);
    else if (!(keep && node.tracked) && !node.computedBefore) {
      // Should a later run come to this node again, somebody holds it, and its value stays that time.
      node.computedBefore = true;
      return false;
    }
    return true;
  };
}
