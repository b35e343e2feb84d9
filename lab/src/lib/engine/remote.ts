/**
 * Work beside the page: a module worker that answers in messages. It is started when a reader asks for it, and can be
 * ended at any moment. What goes wrong comes back as a reason that the page has words for (`remote.<fault>`).
 */

/** Why there is no work: the browser has no workers, no WebAssembly, or the work ended with an error. */
export type RemoteFault = "workers" | "wasm" | "failed";

export interface Remote<In> {
  send(message: In, transfer?: Transferable[]): void;
  /** Ends the work at once, whatever it is doing. Nothing is heard from it afterwards. */
  stop(): void;
}

/**
 * Starts the work.
 *
 * `make` is `() => new Worker(new URL("./work.worker.ts", import.meta.url), { type: "module" })`, written out where the
 * worker is, for the bundler to see.
 *
 * @returns undefined where it cannot start; `failed` has been told why
 */
export function startRemote<In, Out>(
  make: () => Worker,
  heard: (message: Out) => void,
  failed: (fault: RemoteFault, detail: string) => void,
): Remote<In> | undefined {
  if (typeof WebAssembly !== "object") {
    failed("wasm", "");
    return undefined;
  }
  let worker: Worker;
  try {
    worker = make();
  } catch (error) {
    failed("workers", String(error));
    return undefined;
  }
  worker.onmessage = ({ data }) => heard(data as Out);
  worker.onerror = (event) => {
    event.preventDefault();
    worker.terminate();
    failed("failed", event.message ?? "");
  };
  worker.onmessageerror = () => failed("failed", "");
  return {
    send: (message, transfer = []) => worker.postMessage(message, transfer),
    stop: () => {
      worker.onmessage = null;
      worker.onerror = null;
      worker.terminate();
    },
  };
}
