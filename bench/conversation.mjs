/** Talking with one participant: a child process that gets and gives one JSON object a line. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** Who has not answered after so long is not waited for. */
const PATIENCE_MS = 300_000;

/** Starts a participant; `ready` is its first line. */
export async function start({ command, env }) {
  const [program, ...words] = command;
  const child = spawn(program, words, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
  const gone = new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => resolve(`ended with ${signal ?? `code ${code}`}`));
  });
  // What it says in words is of interest only if it ends with that.
  let last = "";
  child.stderr.on("data", (text) => {
    last = (last + text).slice(-4000);
  });
  child.stdin.on("error", () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  async function answer() {
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS, { refuses: `no answer within ${PATIENCE_MS / 1000} s` });
    });
    const line = lines.next().then(async ({ value, done }) => {
      if (!done) return JSON.parse(value);
      return { refuses: lastError(last) ?? (await gone) };
    });
    try {
      return await Promise.race([line, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    ready: await answer(),
    ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return answer();
    },
    /** Ends it. */
    async stop() {
      child.kill("SIGKILL");
      await gone;
    },
  };
}

/** The sentence in what a process wrote before it ended: the line that names an error, else the last one. */
function lastError(text) {
  const lines = text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("Node.js v"));
  return (lines.findLast((line) => /^\S*(Error|Exception)\b/.test(line)) ?? lines.at(-1))?.trim();
}
