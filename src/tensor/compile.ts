/** compile: a function of tensors, captured once for each kind of arguments and run as one program from then on. */
import { CaptureError } from "../errors.js";
import { kindOf } from "../shape/index.js";
import { capture } from "./capture.js";
import type { Recording } from "./recording.js";
import type { Tensor } from "./tensor.js";
import { Trace } from "./trace.js";

/** Recordings that a function keeps; the one used longest ago goes first. */
const MOST_RECORDINGS = 8;

type AnyFunction = (...args: never[]) => unknown;

/** Captures a call. An argument that the function also knows from outside is then held to be that very tensor. */
export function record(fn: AnyFunction, args: readonly unknown[]): Recording {
  const pinned = new Set<Tensor>();
  for (;;) {
    const trace = new Trace(fn, args, pinned);
    const recording = trace.record();
    if (recording !== undefined) return recording;
    for (const tensor of trace.found) pinned.add(tensor);
  }
}

/**
 * The same function, compiled: the first call runs it once to see what it does (forward, `backward()`, an optimizer's
 * step), and every call computes all of that as one program of the device. Values, `.grad`, optimizer state and random
 * numbers come out as they would without `compile`.
 *
 * The function is captured anew for arguments of other shapes or dtypes and for other plain values (numbers, texts,
 * booleans); the last eight are kept. Arguments may be tensors and lists and records of them; so may results, which come
 * without history: differentiate inside. Tensors that the function uses without getting them (parameters) are read anew
 * at each call, and what it writes into them (`assign`, `optimizer.step()`) is written at each call. All else that it
 * does happens only while it is captured: a number that it computes, reads from a variable or returns stays what it was
 * then, and so does a variable that it sets. A number that changes from call to call belongs in a tensor.
 *
 * @throws CaptureError, at the call, where a value is read inside (`item`, `dataSync`, printing), the function is
 *   asynchronous, or an argument or result is neither tensor nor plain value; nothing has changed then
 * @example
 * ```ts
 * const w = array([1, 2], { requiresGrad: true });
 * const optimizer = optim.sgd(0.5)([w]);
 * const step = compile((x: Tensor) => {
 *   const loss = w.mul(x).sum();
 *   optimizer.zeroGrad();
 *   loss.backward();
 *   optimizer.step();
 *   return loss;
 * });
 * step(array([1, 1])).item(); // 3
 * step(array([1, 1])).item(); // 2
 * String(w); // [0. 1.]
 * ```
 */
export function compile<F extends (...args: never[]) => unknown>(fn: F): F {
  if (typeof fn !== "function") throw new CaptureError(`compile: a function is needed, got ${kindOf(fn)}`);
  const recordings: Recording[] = [];
  const run = (...args: never[]): unknown => {
    // Inside another compiled function it is a part of that one.
    if (capture !== undefined) return fn(...args);
    for (let i = 0; i < recordings.length; i++) {
      const recording = recordings[i]!;
      if (!recording.matches(args)) continue;
      if (i > 0) recordings.unshift(...recordings.splice(i, 1));
      return recording.run();
    }
    const recording = record(fn, args);
    recordings.unshift(recording);
    if (recordings.length > MOST_RECORDINGS) recordings.pop()!.release();
    return recording.runFirst(args);
  };
  return run as F;
}
