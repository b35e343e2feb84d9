#!/usr/bin/env node
/** The command line: runs what was asked for, and puts what goes wrong in one sentence and an exit code. */
import { createRequire } from "node:module";
import { CommanderError } from "commander";
import { buildProgram } from "./program.js";

const FAILED = 1;
const WRONG_USAGE = 2;

const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };

/** The exit code for an error; what the user has not been told yet is told here. */
function report(error: unknown): number {
  // Help and version come as errors too, with exit code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USAGE;
  if (process.env.MARU_DEBUG) console.error(error);
  else process.stderr.write(`maru: ${error instanceof Error ? error.message : String(error)}\n`);
  return FAILED;
}

// Whoever reads our output may leave early (`maru train --json | head -1`): then there is nobody left to tell.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(FAILED);
  });
}

const program = buildProgram(version, (code) => {
  process.exitCode = code;
});
try {
  if (process.argv.length <= 2) program.help({ error: true });
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
