/**
 * Work in pieces, for a thread that must not be blocked for long (a page's main thread): after some milliseconds of it the
 * event loop gets its turn. So programs are compiled there.
 */

/** Half a frame: the page has things to do, too. */
export const SLICE_MILLISECONDS = 8;

/** Goes through the steps to their result. */
export async function inSlices<T>(steps: Generator<void, T, void>): Promise<T> {
  let until = performance.now() + SLICE_MILLISECONDS;
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() < until) continue;
    await nextTurn();
    until = performance.now() + SLICE_MILLISECONDS;
  }
}

/** After what else waits in the event loop. A timer would come late: browsers make nested ones wait. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
