/** One worker, seen from the thread that starts it: Node's or a browser's. */
import { type WorkerMessage, type WorkerStart, workerSource } from "./worker-source.js";

export interface WorkerEvents {
  message(message: WorkerMessage): void;
  /** The worker has ended, or has never come up. */
  gone(why: string): void;
}

export interface WorkerHandle {
  /** It has ended for certain; told by the event loop, so it comes late to a caller that blocks. */
  readonly exited: boolean;
  /** Makes it end soon. */
  terminate(): void;
  /** Resolves when it has ended, or as good as that where a browser does not tell. */
  ended(): Promise<void>;
  /** Whether the process shall wait for its messages. */
  hold(on: boolean): void;
}

/** Browsers stop a worker soon after `terminate` and do not say when. */
const BROWSER_GRACE_MILLISECONDS = 200;

const nodeThreads = () => globalThis.process?.getBuiltinModule?.("node:worker_threads");
type NodeThreads = NonNullable<ReturnType<typeof nodeThreads>>;

/** Whether there are workers here at all. */
export const hasWorkers = (): boolean => nodeThreads() !== undefined || typeof Worker !== "undefined";

/** Starts a worker; throws where the system refuses. */
export function startWorker(start: WorkerStart, events: WorkerEvents): WorkerHandle {
  const threads = nodeThreads();
  return threads === undefined ? startInBrowser(start, events) : startInNode(threads, start, events);
}

function startInNode({ Worker }: NodeThreads, start: WorkerStart, events: WorkerEvents): WorkerHandle {
  const worker = new Worker(workerSource, {
    eval: true,
    workerData: start,
    // The options of this process (loaders, `--input-type`) are not meant for it.
    execArgv: [],
    name: `maru ${start.worker}`,
  });
  let why = "it ended";
  let exited = false;
  const end = new Promise<void>((resolve) => {
    worker.on("exit", () => {
      exited = true;
      events.gone(why);
      resolve();
    });
  });
  worker.on("error", (error) => (why = String(error)));
  worker.on("message", events.message);
  worker.unref();
  return {
    get exited() {
      return exited;
    },
    terminate: () => void worker.terminate(),
    ended: () => end,
    hold: (on) => (on ? worker.ref() : worker.unref()),
  };
}

function startInBrowser(start: WorkerStart, events: WorkerEvents): WorkerHandle {
  const url = URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module", name: `maru ${start.worker}` });
  let exited = false;
  let terminated: Promise<void> | undefined;
  const terminate = (): void => {
    worker.terminate();
    terminated ??= new Promise((resolve) =>
      setTimeout(() => {
        exited = true;
        resolve();
      }, BROWSER_GRACE_MILLISECONDS),
    );
  };
  worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
    // The text has been read once the worker speaks.
    if (data === "ready") URL.revokeObjectURL(url);
    events.message(data);
  };
  worker.onerror = (event) => {
    // What the worker's own code throws it reports itself; this is a worker that could not be loaded.
    event.preventDefault();
    URL.revokeObjectURL(url);
    terminate();
    events.gone(event.message || "the browser did not start it (does the page's policy allow blob workers?)");
  };
  worker.postMessage(start);
  return {
    get exited() {
      return exited;
    },
    terminate,
    ended: () => terminated ?? Promise.resolve(),
    hold: () => undefined,
  };
}
