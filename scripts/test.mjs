/**
 * `npm test`: sets up what is missing, then checks everything. Arguments go to Vitest: `npm test -- test/shape`.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  ensureBuilt,
  ensureChromium,
  ensureCompiler,
  ensureInstalled,
  ensureLab,
  ensureLabInstalled,
} from "./setup.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (path) => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url));

/** Runs one check; a failure ends the run with its exit code. */
function check(title, script, args, { env = {}, cwd = root } = {}) {
  const started = performance.now();
  console.log(`\n== ${title}`);
  const { status } = spawnSync(process.execPath, [script, ...args], {
    cwd,
    stdio: "inherit",
    env: { ...process.env, ...env },
  });
  if (status !== 0) {
    console.error(`\n${title}: failed`);
    process.exit(status ?? 1);
  }
  console.log(`   ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

ensureInstalled();
const chosen = process.argv.slice(2);
/** Is this part of what was asked for? */
const asked = (part) => chosen.length === 0 || chosen.some((path) => path.includes(part));
if (chosen.length === 0) {
  ensureLabInstalled();
  check("format and lint (Biome)", bin("@biomejs/biome/bin/biome"), ["check", "--error-on-warnings", "."]);
  check("imports run down only", fileURLToPath(new URL("check-imports.mjs", import.meta.url)), []);
  check("types (TypeScript 7)", bin("typescript/bin/tsc"), ["-p", "."]);
}
ensureBuilt();
if (asked("lab")) ensureLab();
if (chosen.length === 0) {
  // The build has made the types of the Lab's pages, which it follows.
  check("unused files, exports and dependencies (knip)", bin("knip/bin/knip.js"), ["--no-progress"]);
  const lab = fileURLToPath(new URL("../lab", import.meta.url));
  const args = ["--fail-on-warnings", "--output", "human"];
  check("types of the Lab (svelte-check)", `${lab}/node_modules/svelte-check/bin/svelte-check`, args, {
    cwd: lab,
  });
}
if (asked("browser") || asked("lab")) ensureChromium();
if (asked("native")) ensureCompiler();
check("tests (Vitest)", bin("vitest/vitest.mjs"), ["run", ...chosen]);
// What the compiler makes of every primitive and of random graphs, as C; the whole matrix is scripts/native-matrix.mjs.
if (chosen.length === 0)
  check(
    "tests of the native device",
    bin("vitest/vitest.mjs"),
    ["run", "test/primitives", "test/compiler/random-graphs.test.ts", "test/optim"],
    { env: { MARU_TEST_DEVICE: "native", MARU_TEST_GRAPHS: "100" } },
  );
