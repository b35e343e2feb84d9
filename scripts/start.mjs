/**
 * `npm start`: sets up what is missing, trains a network on all 60,000 digits, and draws some test digits with what it
 * takes them for. The second time the trained network is there already; `npm start -- --fresh` trains it anew.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureBuilt, ensureInstalled } from "./setup.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join("runs", "start");
const EPOCHS = 2;
/** The same run again would give the same numbers; another configuration is trained anew. */
const SETTINGS = { data: "mnist", model: "mlp", epochs: EPOCHS, batch: 100, lr: 0.002, seed: 0, limit: null };

/** Is there a finished run of these settings? */
function isTrained() {
  const path = join(root, folder, "history.json");
  if (!existsSync(path) || !existsSync(join(root, folder, "model.safetensors"))) return false;
  try {
    const { finished, settings } = JSON.parse(readFileSync(path, "utf8"));
    return finished === true && Object.entries(SETTINGS).every(([name, value]) => settings[name] === value);
  } catch {
    return false;
  }
}

/** Runs the command line of maru; its exit code. Ctrl-C reaches it by itself, and is left to it. */
function maru(...words) {
  const ignore = () => {};
  process.on("SIGINT", ignore);
  const child = spawn(process.execPath, [join(root, "dist", "cli", "main.js"), ...words], {
    cwd: root,
    stdio: "inherit",
  });
  return new Promise((resolve) => {
    child.on("exit", (code, signal) => {
      process.removeListener("SIGINT", ignore);
      resolve(signal === null ? code : 1);
    });
  });
}

async function train() {
  const words = Object.entries(SETTINGS).flatMap(([name, value]) =>
    value === null ? [] : [`--${name}`, String(value)],
  );
  const code = await maru("train", ...words, "--out", folder);
  if (code !== 0) process.exit(code);
}

const unknown = process.argv.slice(2).filter((word) => word !== "--fresh");
if (unknown.length > 0) {
  console.error(`npm start knows one option, --fresh (train anew), not ${unknown.join(" ")}`);
  process.exit(2);
}
ensureInstalled();
ensureBuilt();
const { showDigits } = await import("./show-digits.mjs");
const fresh = process.argv.includes("--fresh");
if (!fresh && isTrained()) {
  console.log(`The network in ${folder} is trained already (npm start -- --fresh trains it anew).`);
  try {
    await showDigits(folder);
    process.exit(0);
  } catch (error) {
    console.log(`It cannot be used (${error.message}), so it is trained again.`);
  }
}
await train();
await showDigits(folder);
