/**
 * Runs readers' programs: in a frame with an origin of its own, from which nothing can be reached, in a worker that can be
 * ended at any moment. There is one frame for the page, made when the first program is to run.
 */
import { base } from "$app/paths";
import maruUrl from "../../../.cache/maru/maru.txt?url";
import { digitsFile } from "../engine/digits/data.js";
import type { RemoteFault } from "../engine/remote.js";

export interface Line {
  readonly kind: "log" | "warn" | "error" | "value";
  readonly text: string;
  /** Which of several cells said it. */
  readonly cell: number;
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface RunError {
  readonly name: string;
  readonly message: string;
  /** Where in the JavaScript that ran. */
  readonly place?: Place;
  readonly cell: number;
}

export interface Kernel {
  readonly name: string;
  readonly kind: string;
  readonly computes: readonly number[];
  readonly loops: string;
  readonly transforms: readonly string[];
  readonly transformed: string;
  readonly listing: string;
  readonly operations: number;
  readonly bytesMoved: number;
  readonly milliseconds?: number;
}

/** What the compiler made of an expression. */
export interface Explanation {
  readonly nodes: number;
  readonly graph: readonly {
    readonly id: number;
    readonly op: string;
    readonly shape: readonly number[];
    readonly dtype: string;
    readonly sources: readonly number[];
  }[];
  readonly kernels: readonly Kernel[];
  readonly phases: readonly (readonly string[])[];
  readonly operations: number;
  readonly bytesMoved: number;
  readonly moduleBytes: number;
  readonly compileMilliseconds: number;
  readonly milliseconds?: number;
}

export interface End {
  readonly milliseconds: number;
  readonly error?: RunError;
  readonly explanation?: Explanation;
}

export interface RunEvents {
  /** More lines; `dropped` have not been kept because there were too many. */
  out(lines: readonly Line[], dropped: number): void;
  end(end: End): void;
  fault(fault: RemoteFault, detail: string): void;
}

export interface Run {
  stop(): void;
}

/** How long the frame may take to answer; then the browser is one that cannot do this. */
const START_MILLISECONDS = 20_000;

interface Frame {
  readonly element: HTMLIFrameElement;
  send(message: unknown): void;
  hear: (message: Record<string, unknown>) => void;
}

let opening: Promise<Frame> | undefined;
let runs = 0;

async function open(): Promise<Frame> {
  const response = await fetch(maruUrl);
  if (!response.ok) throw new Error(`${response.status} ${maruUrl}`);
  const text = await response.text();
  const element = document.createElement("iframe");
  element.setAttribute("sandbox", "allow-scripts");
  element.hidden = true;
  element.title = "maru";
  element.dataset.runner = "";
  element.src = `${base}/runner.html`;
  return new Promise((ready, failed) => {
    const timer = setTimeout(() => failed(new Error("frame")), START_MILLISECONDS);
    const frame: Frame = {
      element,
      // Its origin is its own and has no name.
      send: (message) => element.contentWindow?.postMessage(message, "*"),
      hear: () => {},
    };
    window.addEventListener("message", ({ source, data }) => {
      if (source !== element.contentWindow || typeof data !== "object" || data === null) return;
      if (data.type !== "ready") return frame.hear(data as Record<string, unknown>);
      clearTimeout(timer);
      frame.send({ type: "maru", text });
      ready(frame);
    });
    document.body.append(element);
  });
}

/** Makes the frame ready beforehand. */
export function warmRunner(): Promise<unknown> {
  opening ??= open().catch((error) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

/** A program may ask for the digits, which it cannot fetch itself; an answer without bytes says that there are none. */
async function give(frame: Frame, id: number, name: string): Promise<void> {
  const bytes = await digitsFile(name).catch(() => undefined);
  frame.send({ type: "file", id, name, bytes });
}

/** Starts a program; another that runs is ended. */
export function run(js: string, events: RunEvents): Run {
  const id = ++runs;
  let over = false;
  const finish = (): boolean => {
    const first = !over;
    over = true;
    return first;
  };
  const fault = (fault: RemoteFault, detail: string): void => {
    if (finish()) events.fault(fault, detail);
  };
  if (typeof WebAssembly !== "object") {
    queueMicrotask(() => fault("wasm", ""));
    return { stop: finish };
  }
  if (typeof Worker !== "function") {
    queueMicrotask(() => fault("workers", ""));
    return { stop: finish };
  }
  void (warmRunner() as Promise<Frame>).then(
    (frame) => {
      if (over || id !== runs) return;
      frame.hear = (data) => {
        if (data.id !== id || over) return;
        if (data.type === "out") events.out(data.entries as Line[], Number(data.dropped));
        else if (data.type === "end" && finish()) events.end(data as unknown as End);
        else if (data.type === "file") void give(frame, id, String(data.name));
        else if (data.type === "fault") fault("workers", String(data.detail));
      };
      frame.send({ type: "run", id, js });
    },
    (error) => fault("failed", String(error)),
  );
  return {
    stop: () => {
      if (finish()) void warmRunner().then((frame) => id === runs && (frame as Frame).send({ type: "stop" }));
    },
  };
}
