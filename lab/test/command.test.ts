/** `maru lab`, as a process: what it says, what it serves, and how it ends. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  running.clear();
});

function start(...words: string[]): ChildProcess {
  const child = spawn(process.execPath, [MAIN, "lab", ...words], { stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  return child;
}

const firstLine = async (stream: NodeJS.ReadableStream): Promise<string> => {
  for await (const line of createInterface({ input: stream })) return line;
  throw new Error("it ended without a line");
};

async function endOf(child: ChildProcess): Promise<{ code: number | null; words: string }> {
  let words = "";
  child.stderr!.on("data", (part) => (words += String(part)));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, words };
}

test.each(["SIGINT", "SIGTERM"] as const)(
  "serves the built pages, and ends with code 0 at %s",
  async (signal) => {
    const child = start("--port", "0", "--json");
    const { event, url } = JSON.parse(await firstLine(child.stdout!)) as { event: string; url: string };
    expect(event).toBe("lab");
    expect(new URL(url).hostname).toBe("127.0.0.1");
    for (const [path, words] of [
      ["ko/gates/", "게이트"],
      ["en/gates/", "gates"],
    ] as const) {
      const answer = await fetch(`${url}/${path}`);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain(words);
    }
    const end = endOf(child);
    child.kill(signal);
    expect((await end).code).toBe(0);
  },
);

test("says where it is to people", async () => {
  const child = start("--port", "0");
  expect(await firstLine(child.stdout!)).toMatch(/^The Lab is at http:\/\/127\.0\.0\.1:\d+\/$/);
});

test("a port that is taken is refused in a sentence", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as { port: number };
  const { code, words } = await endOf(start("--port", String(port)));
  other.close();
  expect(code).toBe(1);
  expect(words).toBe(
    `maru: Port ${port} is taken by another program. Choose another: maru lab --port ${port + 1}\n`,
  );
});

test("without a port it takes the next that is free", async () => {
  const first = start("--json");
  const second = start("--json");
  const urls = [await firstLine(first.stdout!), await firstLine(second.stdout!)].map(
    (line) => (JSON.parse(line) as { url: string }).url,
  );
  expect(new Set(urls).size).toBe(2);
});

test.each([["70000"], ["-1"], ["eight"]])("port %s is wrong usage", async (port) => {
  const { code, words } = await endOf(start("--port", port));
  expect(code).toBe(2);
  expect(words).toContain("It must be a whole number from 0 to 65535.");
});
