/**
 * What runs while a function is captured (`compile`): tensors, random generators and optimizers tell the capture here
 * what they do. Everywhere else there is no capture, and each of these questions costs one comparison.
 */
import { CaptureError } from "../errors.js";
import { buffer, type DType, type Node, type TypedArray } from "../graph/index.js";

/** A tensor, which this file need not know. */
type Handle = object;

/** A value that comes from the host at every run; gets the one of the run before, and may return that very array. */
export type HostValue = (before: TypedArray | undefined) => TypedArray;

export interface Capture {
  /** A tensor's node is about to be read or replaced. */
  touch(handle: Handle): void;
  /** A tensor's `.grad` is about to be read. */
  readGrad(handle: Handle): void;
  /** A tensor's `.grad` is about to be replaced. */
  writeGrad(handle: Handle): void;
  /** Takes a tensor that was made meanwhile, but outside, for one that was there before. */
  adopt(handle: Handle): void;
  /** Captures anew when `read` gives another value than now; one guard a key. */
  guard(key: object, read: () => unknown): void;
  /** A leaf that gets its values from the host at every run. */
  host(dtype: DType, shape: readonly number[], read: HostValue): Node;
  /** Does something at every run but the first, in order with what the host gives. */
  before(action: () => void): void;
  /** Does something after every run. */
  after(action: () => void): void;
  /** Looks at the values of an input, where the host has them, before every run. */
  check(node: Node, check: (values: TypedArray) => void): void;
  /** Takes something back if the capture fails. */
  undo(action: () => void): void;
}

/** The capture that is going on, if one is. */
export let capture: Capture | undefined;

/** Runs `body` under another capture, or under none. */
export function underCapture<T>(other: Capture | undefined, body: () => T): T {
  const before = capture;
  capture = other;
  try {
    return body();
  } finally {
    capture = before;
  }
}

/** Throws a CaptureError inside a compiled function. */
export function refuse(
  operation: string,
  advice = "return the tensor and read it outside, or choose between values with where(condition, a, b)",
): void {
  if (capture === undefined) return;
  throw new CaptureError(
    `${operation}: cannot be done inside a compiled function, whose values are not there before all of it is known; ${advice}`,
  );
}

/** A leaf whose values the host gives: now, and in a captured function at every run. */
export function hostValue(dtype: DType, shape: readonly number[], read: HostValue): Node {
  return capture === undefined ? buffer(read(undefined), shape, dtype) : capture.host(dtype, shape, read);
}

let translation: ((error: unknown) => unknown) | undefined;

/** Throws what `translate` makes of an error that `body` throws, or that a check throws later that `body` asks for. */
export function translatingErrors<T>(translate: (error: unknown) => unknown, body: () => T): T {
  const before = translation;
  translation = translate;
  try {
    return body();
  } catch (error) {
    throw translate(error);
  } finally {
    translation = before;
  }
}

/** Looks at values that the host has: now, and those of a captured function's inputs at every run. */
export function checkValues(node: Node, check: (values: TypedArray) => void): void {
  if (node.storage?.host !== undefined) check(node.storage.host);
  else if (capture !== undefined) capture.check(node, translated(check));
}

function translated(check: (values: TypedArray) => void): (values: TypedArray) => void {
  const translate = translation;
  if (translate === undefined) return check;
  return (values) => {
    try {
      check(values);
    } catch (error) {
      throw translate(error);
    }
  };
}

/** Says that what is being captured depends on a value that is no tensor. */
export function guard(key: object, read: () => unknown): void {
  capture?.guard(key, read);
}

/** Makes tensors that count as having been there before: an optimizer's state at its first step. */
export function outside<T extends Handle>(make: () => T[]): T[] {
  const outer = capture;
  if (outer === undefined) return make();
  const made = underCapture(undefined, make);
  for (const handle of made) outer.adopt(handle);
  return made;
}
