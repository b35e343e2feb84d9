/** Trains beside the page. What it hears and says is told in protocol.ts. */
import { setThreads } from "maru";
import type { Answer, Ask } from "./protocol.js";
import { Timelines } from "./timelines.js";

// Products this small gain nothing from more threads, and the page needs the other processor.
setThreads(1);

let timelines: Timelines | undefined;

function answerTo(ask: Ask): Answer | undefined {
  if (ask.kind !== "begin") return timelines?.answer(ask);
  timelines = new Timelines(ask);
  return timelines.frame({});
}

addEventListener("message", ({ data }: MessageEvent<Ask>) => {
  const answer = answerTo(data);
  if (answer !== undefined) postMessage(answer, { transfer: [answer.buffer] });
});
