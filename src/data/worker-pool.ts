/** Workers that map samples: starting them, giving each a task at a time, hearing of their end. */
import { DataError, DeviceError, ValueError } from "../errors.js";
import { type Answer, type Failure, type FunctionPlace, type Task, workerProgram } from "./worker-program.js";

/** One worker, Node's or a browser's. */
interface Handle {
  post(message: unknown): void;
  /** Whether the process shall wait for its answer. */
  hold(on: boolean): void;
  terminate(): Promise<void>;
}

interface Events {
  answer(answer: Answer): void;
  gone(why: string): void;
}

const nodeThreads = () => globalThis.process?.getBuiltinModule?.("node:worker_threads");
type NodeThreads = NonNullable<ReturnType<typeof nodeThreads>>;

/** Options of this process that a worker made of text cannot have. */
const isInputType = (option: string): boolean => option.startsWith("--input-type");

function startInNode({ Worker }: NodeThreads, place: FunctionPlace, events: Events): Handle {
  const { execArgv } = globalThis.process;
  const worker = new Worker(workerProgram, {
    eval: true,
    workerData: place,
    name: "maru data",
    // Otherwise the process's own, so that a loader of TypeScript reads the module there too.
    ...(execArgv.some(isInputType) ? { execArgv: [] } : {}),
  });
  let why: string | undefined;
  worker.on("error", (error) => (why = String(error)));
  worker.on("exit", (code) => events.gone(why ?? `it ended with code ${code}`));
  worker.on("message", events.answer);
  worker.unref();
  return {
    post: (message) => worker.postMessage(message),
    hold: (on) => (on ? worker.ref() : worker.unref()),
    terminate: async () => void (await worker.terminate()),
  };
}

function startInBrowser(place: FunctionPlace, events: Events): Handle {
  const url = URL.createObjectURL(new Blob([workerProgram], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module", name: "maru data" });
  worker.onmessage = ({ data }: MessageEvent<Answer>) => events.answer(data);
  worker.onerror = (event) => {
    event.preventDefault();
    worker.terminate();
    events.gone(event.message || "the browser did not start it (does the page's policy allow blob workers?)");
  };
  worker.postMessage(place);
  return {
    post: (message) => worker.postMessage(message),
    hold: () => undefined,
    terminate: async () => {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}

function start(place: FunctionPlace, events: Events): Handle {
  const threads = nodeThreads();
  if (threads !== undefined) return startInNode(threads, place, events);
  if (typeof Worker === "undefined") {
    throw new DeviceError("workerDataset: there are no workers here (Node 20.16 has them); say workers: 0");
  }
  return startInBrowser(place, events);
}

/** What is to be said when a function failed, or could not be had. */
export function failureError(
  { url, name }: FunctionPlace,
  failure: Failure,
  index: number | undefined,
): Error {
  const what = `${failure.name}: ${failure.message}`;
  const cause = Object.assign(new Error(failure.message), { name: failure.name, stack: failure.stack });
  return index === undefined
    ? new ValueError(`workerDataset: cannot use ${name} of ${url}: ${what}`, { cause })
    : new DataError(`workerDataset: ${name} of ${url} failed at sample ${index}: ${what}`, { cause });
}

interface Job {
  readonly task: Task;
  readonly resolve: (results: readonly unknown[]) => void;
  readonly reject: (error: Error) => void;
}

/** One worker of the pool and what it is doing. */
interface Member {
  readonly handle: Handle;
  job: Job | undefined;
}

export class WorkerPool {
  readonly #members: Member[] = [];
  readonly #waiting: Job[] = [];
  #lost: string | undefined;
  #ended = false;

  constructor(
    readonly place: FunctionPlace,
    count: number,
  ) {
    for (let i = 0; i < count; i++) this.#startOne();
  }

  /** Has it been ended, or lost a worker? Then it takes no more tasks. */
  get over(): boolean {
    return this.#ended || this.#lost !== undefined;
  }

  /** What the function makes of the samples of a task, by the next worker that is free. */
  run(task: Task): Promise<readonly unknown[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task, resolve, reject });
      this.#assign();
    });
  }

  /** Ends all workers; what was not answered is rejected. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#rejectAll(new DataError("workerDataset: the workers were ended before this batch was ready"));
    await Promise.all(this.#members.map(({ handle }) => handle.terminate()));
  }

  #startOne(): void {
    const member: Member = {
      job: undefined,
      handle: start(this.place, {
        answer: (answer) => this.#answered(member, answer),
        gone: (why) => this.#gone(why),
      }),
    };
    this.#members.push(member);
  }

  #assign(): void {
    for (const member of this.#members) {
      if (member.job !== undefined) continue;
      const job = this.#waiting.shift();
      if (job === undefined) return;
      try {
        member.handle.post(job.task);
      } catch (error) {
        const [first] = job.task.contexts;
        const reason = error instanceof Error ? error.message : String(error);
        job.reject(
          new DataError(
            `workerDataset: a sample of the batch of sample ${first?.index} cannot be sent to a worker: ${reason}`,
            { cause: error },
          ),
        );
        continue;
      }
      member.job = job;
      member.handle.hold(true);
    }
  }

  #answered(member: Member, answer: Answer): void {
    const { job } = member;
    if (job === undefined || job.task.id !== answer.id) return;
    member.job = undefined;
    member.handle.hold(false);
    if ("results" in answer) job.resolve(answer.results);
    else {
      const { failure } = answer;
      const index = failure.at === null ? undefined : job.task.contexts[failure.at]!.index;
      job.reject(failureError(this.place, failure, index));
    }
    this.#assign();
  }

  #gone(why: string): void {
    if (this.#ended || this.#lost !== undefined) return;
    this.#lost = why;
    this.#rejectAll(new DataError(`workerDataset: a worker of ${this.place.url} is gone: ${why}`));
    for (const { handle } of this.#members) void handle.terminate();
  }

  #rejectAll(error: Error): void {
    for (const member of this.#members) {
      member.job?.reject(error);
      member.job = undefined;
    }
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
