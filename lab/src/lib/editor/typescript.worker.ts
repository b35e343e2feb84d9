/** TypeScript beside the page: it loads maru's declarations once, then answers questions about programs. */
import type { Asked, Question } from "./messages.js";
import { makeService, type Service } from "./service.js";

const scope = self as unknown as {
  onmessage: (event: MessageEvent) => void;
  postMessage(message: unknown): void;
};

let service: Promise<Service> | undefined;

async function load(url: string): Promise<Service> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} ${url}`);
  return makeService((await response.json()) as Record<string, string>);
}

/** Questions that a newer one of the same kind has made idle are not answered. */
const newest = new Map<Question, number>();

scope.onmessage = async ({ data }: MessageEvent<{ types: string } | Asked>) => {
  if ("types" in data) {
    service = load(data.types);
    service.then(
      () => scope.postMessage({ ready: true }),
      (error) => scope.postMessage({ fault: String(error) }),
    );
    return;
  }
  const { id, question, about } = data;
  newest.set(question, id);
  try {
    const known = await service!;
    // What has arrived meanwhile is seen first.
    await new Promise((done) => setTimeout(done, 0));
    if (newest.get(question) !== id) return scope.postMessage({ id, old: true });
    scope.postMessage({ id, answer: known[question](about as never) });
  } catch (error) {
    scope.postMessage({ id, wrong: String((error as Error)?.stack ?? error) });
  }
};
