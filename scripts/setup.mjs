/**
 * What every script does first: packages installed, sources compiled. Needs nothing but Node, and does nothing where all
 * is as it should be.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const OLDEST_NODE = 20;

const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));

/** Ends the process with a sentence and an exit code. */
function giveUp(message, code = 1) {
  console.error(`\n${message}`);
  process.exit(code);
}

/** What npm wrote down as installed, against what the lock file asks for. Optional packages may be for other systems. */
function isInstalled() {
  const record = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return false;
  const wanted = readJson(join(root, "package-lock.json")).packages;
  const there = readJson(record).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === "" ||
      (there[path] === undefined
        ? optional === true
        : there[path].version === version && existsSync(join(root, path))),
  );
}

/** Runs npm: by this Node where npm started us, else by a shell, which finds it on Windows too. */
function npm(...words) {
  const cli = process.env.npm_execpath;
  return cli !== undefined && /npm-cli\.js$/.test(cli)
    ? spawnSync(process.execPath, [cli, ...words], { cwd: root, stdio: "inherit" })
    : spawnSync(`npm ${words.join(" ")}`, { cwd: root, stdio: "inherit", shell: true });
}

/** Installs the packages of package-lock.json, where they are not there or others are. */
export function ensureInstalled() {
  if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE) {
    giveUp(`maru needs Node ${OLDEST_NODE} or later; this is ${process.version}.`);
  }
  if (isInstalled()) return;
  console.error("Installing packages (npm ci) ...");
  const { status, error } = npm("ci", "--no-audit", "--no-fund");
  if (status === 0) return;
  const why = error === undefined ? `npm ended with code ${status}` : error.message;
  giveUp(
    `The packages could not be installed (${why}); npm's own words are above. Check the connection to the package registry, then run the same command again.`,
  );
}

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

/** A fingerprint of all that the build reads: names, sizes and times of the sources, and the compiler's version. */
function fingerprint() {
  const hash = createHash("sha256");
  const settings = ["tsconfig.json", "tsconfig.build.json", "package.json", "package-lock.json"];
  for (const path of [...filesBelow(join(root, "src")), ...settings.map((name) => join(root, name))].sort()) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

/** Compiles src/ into dist/, where a source has changed since the last time. */
export function ensureBuilt() {
  const stamp = join(root, ".cache", "built");
  const now = fingerprint();
  const whole = existsSync(join(root, "dist", "cli", "main.js"));
  if (whole && existsSync(stamp) && readFileSync(stamp, "utf8") === now) return;
  console.error("Compiling src/ to dist/ ...");
  const { status } = spawnSync(process.execPath, [join(root, "scripts", "build.mjs")], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) giveUp("The sources could not be compiled; what TypeScript found is above.");
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, now);
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
