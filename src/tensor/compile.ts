/** compile: a function of tensors, captured once for each kind of arguments and run as one program from then on. */
import { CaptureError, DeviceError } from "../errors.js";
import { kindOf } from "../shape/index.js";
import { capture, refuse } from "./capture.js";
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

/** A compiled function. */
export type Compiled<F extends AnyFunction> = F & {
  /**
   * The same call for a page's main thread, which it does not keep waiting: capturing takes as long as the function itself,
   * and compiling and computing let the event loop turn. Calls are carried out one after the other; what they change
   * changes when each promise is fulfilled. Elsewhere it computes at once.
   */
  readonly async: (...args: Parameters<F>) => Promise<ReturnType<F>>;
};

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
 * A call computes at once. In a page's main thread, which must not be kept waiting, await `step.async(x, y)` instead of
 * calling `step(x, y)`.
 *
 * @throws CaptureError, at the call, where a value is read inside (`item`, `dataSync`, printing), the function is
 *   asynchronous, or an argument or result is neither tensor nor plain value; nothing has changed then
 * @throws DeviceError where a call has to wait for one of `async` that has not ended
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
export function compile<F extends AnyFunction>(fn: F): Compiled<F> {
  if (typeof fn !== "function") throw new CaptureError(`compile: a function is needed, got ${kindOf(fn)}`);
  const { find } = new Recordings(fn);
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  const run = (...args: never[]): unknown => {
    // Inside another compiled function it is a part of that one.
    if (capture !== undefined) return fn(...args);
    if (waiting > 0)
      throw new DeviceError(
        "a compiled function is still at a call of its `async`; `await` it before the next call",
      );
    const { recording, first } = find(args);
    return recording.run(first);
  };
  const soon = async (args: never[]): Promise<unknown> => {
    const { recording, first } = find(args);
    return recording.runSoon(first);
  };
  const async = (...args: never[]): Promise<unknown> => {
    refuse("async", "call the compiled function itself");
    waiting++;
    const result = last.then(() => soon(args)).finally(() => void waiting--);
    last = result.catch(() => undefined);
    return result;
  };
  return Object.assign(run, { async }) as unknown as Compiled<F>;
}

/** What was captured of a function, by kind of arguments. */
class Recordings {
  readonly #all: Recording[] = [];

  constructor(readonly fn: AnyFunction) {}

  /** The recording for a call, ready to be run; `first` where it was made for this call. */
  readonly find = (args: readonly unknown[]): { recording: Recording; first: boolean } => {
    const all = this.#all;
    for (let i = 0; i < all.length; i++) {
      const recording = all[i]!;
      if (!recording.matches(args)) continue;
      if (i > 0) all.unshift(...all.splice(i, 1));
      return { recording, first: false };
    }
    const recording = record(this.fn, args);
    all.unshift(recording);
    if (all.length > MOST_RECORDINGS) all.pop()!.release();
    recording.findFirst(args);
    return { recording, first: true };
  };
}
