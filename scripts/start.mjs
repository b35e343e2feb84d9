/**
 * `npm start`: sets up what is missing, builds the Lab, and serves it on this machine. What stands behind `--` goes to
 * `maru lab`: `npm start -- --port 8000`.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureInstalled, ensureLab } from "./setup.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

ensureInstalled();
ensureLab();
const words = [join(root, "dist", "cli", "main.js"), "lab", ...process.argv.slice(2)];
const child = spawn(process.execPath, words, { cwd: root, stdio: "inherit" });
// Ctrl-C reaches the server by itself; a request to end is handed on.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code, signal) => process.exit(signal === null ? code : 1));
