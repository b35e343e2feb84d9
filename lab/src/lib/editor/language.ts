/** The page's end of the worker that knows TypeScript. It is started when somebody begins to write or to run. */
import typesUrl from "../../../.cache/maru/types.json?url";
import { type Remote, type RemoteFault, startRemote } from "../engine/remote.js";
import type { Question, Questions } from "./messages.js";

type Answer =
  | { id: number; answer?: unknown; old?: true; wrong?: string }
  | { ready: true }
  | { fault: string };

/** Asked for again in the meantime; the newer answer is the one to wait for. */
export class Superseded extends Error {}
/** There is no TypeScript here; `fault` says why. */
export class NoLanguage extends Error {
  constructor(
    readonly fault: RemoteFault,
    detail: string,
  ) {
    super(detail);
  }
}

interface Waiting {
  readonly answered: (answer: never) => void;
  readonly failed: (error: Error) => void;
}

let remote: Remote<unknown> | undefined;
let ids = 0;
const waiting = new Map<number, Waiting>();

function lost(fault: RemoteFault, detail: string): void {
  remote = undefined;
  for (const { failed } of waiting.values()) failed(new NoLanguage(fault, detail));
  waiting.clear();
}

function heard(message: Answer): void {
  if ("ready" in message) return;
  if ("fault" in message) {
    remote?.stop();
    lost("failed", message.fault);
    return;
  }
  const asker = waiting.get(message.id);
  waiting.delete(message.id);
  if (message.old) asker?.failed(new Superseded());
  else if (message.wrong !== undefined) asker?.failed(new Error(message.wrong));
  else asker?.answered(message.answer as never);
}

/** Starts the worker if it is not running yet. */
export function startLanguage(): Remote<unknown> | undefined {
  if (remote !== undefined) return remote;
  let failure: [RemoteFault, string] | undefined;
  remote = startRemote<unknown, Answer>(
    () => new Worker(new URL("./typescript.worker.ts", import.meta.url), { type: "module" }),
    heard,
    (fault, detail) => {
      failure = [fault, detail];
      lost(fault, detail);
    },
  );
  if (remote === undefined) throw new NoLanguage(...(failure ?? (["failed", ""] as const)));
  remote.send({ types: new URL(typesUrl, location.href).href });
  return remote;
}

export function ask<Q extends Question>(question: Q, about: Questions[Q][0]): Promise<Questions[Q][1]> {
  return new Promise((answered, failed) => {
    try {
      const running = startLanguage()!;
      const id = ++ids;
      waiting.set(id, { answered: answered as (answer: never) => void, failed });
      running.send({ id, question, about });
    } catch (error) {
      failed(error as Error);
    }
  });
}
