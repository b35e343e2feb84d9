/**
 * What every script does first: packages installed, sources compiled. Needs nothing but Node, and does nothing where all
 * is as it should be.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const lab = join(root, "lab");
const OLDEST_NODE = 20;

const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));

/** Ends the process with a sentence and an exit code. */
function giveUp(message, code = 1) {
  console.error(`\n${message}`);
  process.exit(code);
}

/** What npm wrote down as installed, against what the lock file asks for. Optional packages may be for other systems. */
function isInstalled(folder) {
  const record = join(folder, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return false;
  const wanted = readJson(join(folder, "package-lock.json")).packages;
  const there = readJson(record).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === "" ||
      (there[path] === undefined
        ? optional === true
        : there[path].version === version && existsSync(join(folder, path))),
  );
}

/** Runs npm: by this Node where npm started us, else by a shell, which finds it on Windows too. */
function npm(folder, ...words) {
  const cli = process.env.npm_execpath;
  return cli !== undefined && /npm-cli\.js$/.test(cli)
    ? spawnSync(process.execPath, [cli, ...words], { cwd: folder, stdio: "inherit" })
    : spawnSync(`npm ${words.join(" ")}`, { cwd: folder, stdio: "inherit", shell: true });
}

/** Installs the packages of a folder's package-lock.json, where they are not there or others are. */
function install(folder, what) {
  if (isInstalled(folder)) return;
  console.error(`Installing ${what} (npm ci) ...`);
  const { status, error } = npm(folder, "ci", "--no-audit", "--no-fund");
  if (status === 0) return;
  const why = error === undefined ? `npm ended with code ${status}` : error.message;
  giveUp(
    `The packages could not be installed (${why}); npm's own words are above. Check the connection to the package registry, then run the same command again.`,
  );
}

/** Installs maru's packages. */
export function ensureInstalled() {
  if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE) {
    giveUp(`maru needs Node ${OLDEST_NODE} or later; this is ${process.version}.`);
  }
  install(root, "packages");
}

/** Installs the Lab's packages, which are its own. */
export const ensureLabInstalled = () => install(lab, "the Lab's packages");

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

/** A fingerprint of files and of all files below folders: names, sizes and times. */
function fingerprint(...paths) {
  const hash = createHash("sha256");
  const files = paths.flatMap((path) => (statSync(path).isDirectory() ? [...filesBelow(path)] : [path]));
  for (const path of files.sort()) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

/**
 * Builds something, where what it is made of has changed since the last time.
 *
 * @param name of the stamp in .cache
 * @param result a file that is there when all was built
 * @param build returns an exit status
 */
function ensure(name, now, result, build, failure) {
  const stamp = join(root, ".cache", name);
  if (existsSync(result) && existsSync(stamp) && readFileSync(stamp, "utf8") === now) return;
  rmSync(stamp, { force: true });
  if (build() !== 0) giveUp(failure);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, now);
}

const SETTINGS = ["tsconfig.json", "tsconfig.build.json", "package.json", "package-lock.json"];

/** Compiles src/ into dist/. */
export function ensureBuilt() {
  const now = fingerprint(...["src", "scripts/build.mjs", ...SETTINGS].map((name) => join(root, name)));
  const build = () => {
    console.error("Compiling src/ to dist/ ...");
    return spawnSync(process.execPath, [join(root, "scripts", "build.mjs")], { cwd: root, stdio: "inherit" })
      .status;
  };
  const failure = "The sources could not be compiled; what TypeScript found is above.";
  ensure("built", now, join(root, "dist", "cli", "main.js"), build, failure);
}

/** What of lab/ is made by others than us. */
const LAB_MADE = new Set(["node_modules", ".svelte-kit", ".cache", "build", "test"]);

/** Builds the Lab's pages from lab/ and dist/. */
export function ensureLab() {
  ensureLabInstalled();
  ensureBuilt();
  const sources = readdirSync(lab).filter((name) => !LAB_MADE.has(name));
  const now = fingerprint(join(root, ".cache", "built"), ...sources.map((name) => join(lab, name)));
  const build = () => {
    console.error("Building the Lab ...");
    const vite = join(lab, "node_modules", "vite", "bin", "vite.js");
    const { status, stdout, stderr } = spawnSync(process.execPath, [vite, "build"], {
      cwd: lab,
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 2 ** 26,
    });
    if (status !== 0) process.stderr.write(`${stdout}\n${stderr}`);
    return status;
  };
  const failure = "The Lab could not be built; what went wrong is above.";
  ensure("lab-built", now, join(lab, "build", "index.html"), build, failure);
}

/** Programs that the browser tests can drive; test/browser/chromium.ts looks for the same ones. */
const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

const isOnPath = (name) =>
  (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, name)));

const aptGet = (...words) =>
  spawnSync("apt-get", words, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });

/** Installs a C compiler for the tests of the native device, where there is none and that can be done. */
export function ensureCompiler() {
  const isThere = () => ["cc", "gcc", "clang"].some(isOnPath);
  if (isThere()) return;
  if (process.platform === "linux" && process.getuid?.() === 0 && isOnPath("apt-get")) {
    console.error("Installing a C compiler for the native device (apt-get install gcc libc6-dev) ...");
    aptGet("update");
    aptGet("install", "-y", "--no-install-recommends", "gcc", "libc6-dev");
  }
  if (isThere()) return;
  giveUp(
    "The tests of the native device need a C compiler (cc, gcc or clang); install one, such as Debian's packages gcc and libc6-dev, then run the same command again.",
  );
}

/** Installs Chromium for the browser tests, where there is none and that can be done. They say so if they are skipped. */
export function ensureChromium() {
  const isThere = () => process.env.MARU_CHROMIUM !== undefined || BROWSERS.some(isOnPath);
  if (process.platform !== "linux" || isThere()) return;
  if (process.getuid?.() !== 0 || !isOnPath("apt-get")) return;
  console.error("Installing Chromium for the browser tests (apt-get install chromium) ...");
  aptGet("update");
  aptGet("install", "-y", "--no-install-recommends", "chromium");
  if (!isThere()) console.error("Chromium could not be installed; apt-get's own words are above.");
}
