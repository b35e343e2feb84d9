/**
 * Lets others have their turn while a training runs: Ctrl-C, timers, a page's drawing. A step computes without pause, so
 * between steps the event loop is given a chance now and then.
 */
const PATIENCE_MS = 10;

function nextTurn(): Promise<void> {
  if (typeof setImmediate === "function") return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** A function that waits for one turn of the event loop where the last was more than a moment ago. */
export function turnTaker(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < PATIENCE_MS) return;
    await nextTurn();
    last = performance.now();
  };
}
