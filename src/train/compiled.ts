/** Steps of training are compiled where that can be done, and run as they are where it cannot. */
import { CaptureError } from "../errors.js";
import { compile } from "../tensor/index.js";

/**
 * The function, compiled if `wanted`; from the first CaptureError on as it is. Calls do not keep a page waiting, as far as
 * they are compiled.
 */
export function compiledWherePossible<F extends (...args: never[]) => unknown>(
  wanted: boolean,
  fn: F,
): (...args: Parameters<F>) => Promise<ReturnType<F>> {
  let run = wanted ? compile(fn) : undefined;
  const plain = (args: Parameters<F>): ReturnType<F> => fn(...args) as ReturnType<F>;
  return async (...args) => {
    if (run === undefined) return plain(args);
    try {
      return await run.async(...args);
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      // A capture that fails leaves nothing behind, not even draws of random numbers.
      run = undefined;
      return plain(args);
    }
  };
}
