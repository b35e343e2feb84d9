/** Who takes part: maru, the libraries from npm, and NumPy and PyTorch of every Python that has them. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { start } from "./conversation.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const peer = (file) => join(here, "peers", file);
/** The command line of maru that is measured; another version's can be named. */
const maru = process.env.BENCH_MARU ?? join(here, "..", "dist", "cli", "main.js");

const NPM = [
  { key: "tfjs", file: "tfjs.mjs" },
  { key: "jax", file: "jax.mjs" },
  { key: "numpy-ts", file: "numpy-ts.mjs" },
];
const PYTHON = [
  { key: "numpy", module: "numpy", file: "numpy_peer.py" },
  { key: "torch", module: "torch", file: "torch_peer.py" },
];
export const PEERS = [...NPM, ...PYTHON].map(({ key }) => key);

/** Is what the lock file asks for installed? */
function isInstalled() {
  const record = join(here, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return false;
  const packages = (path) => JSON.parse(readFileSync(path, "utf8")).packages;
  const there = packages(record);
  return Object.entries(packages(join(here, "package-lock.json"))).every(
    ([path, { version }]) => path === "" || there[path]?.version === version,
  );
}

/** Installs the peers from npm where they are not there; says whether they are now. */
function install(say) {
  if (isInstalled()) return true;
  say("Installing the libraries to compare with into bench/node_modules (npm ci, about 300 MB) ...");
  const { status } = spawnSync("npm ci --ignore-scripts --no-audit --no-fund --loglevel=error", {
    cwd: here,
    stdio: ["ignore", 2, 2],
    shell: true,
  });
  if (status === 0) return true;
  say(
    "They could not be installed; npm's own words are above. If the package registry cannot be reached from here, connect and run this again. Going on without TensorFlow.js, jax-js and numpy-ts.",
  );
  return false;
}

/** Every Python asked for, or the usual ones, each once. */
function pythons() {
  const asked = process.env.BENCH_PYTHON?.split(",").map((name) => name.trim());
  const seen = new Set();
  return (asked ?? ["python3", "/usr/bin/python3"]).flatMap((python) => {
    const found = PYTHON.filter(({ module }) => spawnSync(python, ["-c", `import ${module}`]).status === 0);
    const { stdout } = spawnSync(python, ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" });
    const first = found.length > 0 && !seen.has(stdout);
    seen.add(stdout);
    if (asked !== undefined && found.length === 0) {
      throw new Error(`BENCH_PYTHON: ${python} is not there, or has neither NumPy nor PyTorch`);
    }
    return first ? [{ python, found }] : [];
  });
}

/** The variables by which libraries are told how many threads they may use. */
const threadVariables = (threads) =>
  Object.fromEntries(
    ["BENCH", "OMP_NUM", "MKL_NUM", "OPENBLAS_NUM", "BLIS_NUM", "VECLIB_MAXIMUM"].map((name) => [
      `${name}_THREADS`,
      String(threads),
    ]),
  );

function* candidates({ devices, threads, wanted }, say) {
  for (const device of devices) {
    const words = ["bench", "--worker", "--threads", String(threads)];
    if (device !== undefined) words.push("--device", device);
    yield { key: "maru", command: [process.execPath, maru, ...words] };
  }
  const npm = NPM.filter(({ key }) => wanted.includes(key));
  if (npm.length > 0 && install(say)) {
    for (const { key, file } of npm) yield { key, command: [process.execPath, peer(file)] };
  }
  const python = PYTHON.filter(({ key }) => wanted.includes(key));
  if (python.length === 0) return;
  const programs = pythons();
  for (const { key, module } of python) {
    if (programs.some(({ found }) => found.some((one) => one.key === key))) continue;
    say(`${key} does not take part: no Python here has ${module}; BENCH_PYTHON may name one that does`);
  }
  for (const { python: program, found } of programs) {
    for (const { key, file } of found.filter((one) => python.includes(one))) {
      yield { key, command: [program, peer(file)] };
    }
  }
}

/** Meets everybody once; who does not answer is left out, with a word. The first is maru. */
export async function meet(options, say) {
  const env = { ...threadVariables(options.threads), PYTHONDONTWRITEBYTECODE: "1" };
  const met = [];
  for (const candidate of candidates(options, say)) {
    const { ready, stop } = await start({ ...candidate, env });
    await stop();
    if (ready.ready === undefined) {
      if (candidate.key === "maru") throw new Error(ready.refuses);
      say(`${candidate.key} does not take part: ${ready.refuses}`);
      continue;
    }
    const { ready: name, device, detail = `device ${device}`, threads, tasks } = ready;
    const version = device ?? detail.split(",")[0];
    met.push({ ...candidate, env, name, label: `${name} ${version}`, detail, threads, tasks });
  }
  return met;
}
