/** Steps of training are compiled where that can be done, and run as they are where it cannot. */
import { CaptureError } from "../errors.js";
import { compile } from "../tensor/index.js";

/** The function, compiled if `wanted`; from the first CaptureError on as it is. */
export function compiledWherePossible<F extends (...args: never[]) => unknown>(wanted: boolean, fn: F): F {
  let run: F | undefined = wanted ? compile(fn) : undefined;
  const either = (...args: never[]): unknown => {
    if (run === undefined) return fn(...args);
    try {
      return run(...args);
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      // A capture that fails leaves nothing behind, not even draws of random numbers.
      run = undefined;
      return fn(...args);
    }
  };
  return either as F;
}
