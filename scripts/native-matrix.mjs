/**
 * `node scripts/native-matrix.mjs [part of a name ...]`: the tests on the native device with every compiler, instruction set and
 * number of threads that this machine has, and the kernels of the tests under warnings and sanitizers. Takes hours where
 * nothing is in the cache; `npm test` runs a part of it.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const wanted = process.argv.slice(2);

const isThere = (name) =>
  (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, name)));
const compilers = ["gcc", "clang"].filter(isThere);
const SETS = process.arch === "arm64" ? ["neon"] : ["avx512", "avx2", "sse2"];
const SUITE = [
  "test/compiler",
  "test/primitives",
  "test/goldens",
  "test/autodiff",
  "test/tensor",
  "test/train",
  "test/optim",
  "test/native",
];
/** Tests that are about the Wasm device's own words, or take processes of their own. */
const NOT = ["test/native/faults.test.ts"];

const runs = compilers.flatMap((cc) =>
  SETS.flatMap((set) =>
    [1, 2, 3].map((threads) => ({
      name: `${cc} ${set} ${threads} threads`,
      files: SUITE,
      env: { MARU_CC: cc, MARU_INSTRUCTIONS: set, MARU_TEST_THREADS: String(threads) },
    })),
  ),
);
for (const cc of compilers)
  runs.push({
    name: `${cc} warnings`,
    files: ["test/primitives", "test/compiler/random-graphs.test.ts", "test/native"],
    env: { MARU_CC: cc, MARU_CFLAGS: "-Wall -Wextra -Werror", MARU_TEST_GRAPHS: "500" },
  });
if (isThere("gcc")) {
  const library = (name) =>
    spawnSync("gcc", [`-print-file-name=${name}`], { encoding: "utf8" }).stdout.trim();
  runs.push({
    name: "gcc sanitizers",
    files: ["test/primitives", "test/compiler/random-graphs.test.ts", "test/native"],
    env: {
      MARU_CC: "gcc",
      MARU_CFLAGS: "-fsanitize=address,undefined -fno-sanitize-recover=all -g1",
      MARU_TEST_GRAPHS: "500",
      // The process is not built for it, so its library comes first; V8 leaks on purpose.
      LD_PRELOAD: `${library("libasan.so")} ${library("libubsan.so")}`,
      ASAN_OPTIONS: "detect_leaks=0:allocator_may_return_null=1",
    },
  });
}

let failed = 0;
const cache = mkdtempSync(join(tmpdir(), "maru-matrix-"));
try {
  for (const { name, files, env } of runs) {
    if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
    const began = performance.now();
    const { status } = spawnSync(
      process.execPath,
      [
        vitest,
        "run",
        "--testTimeout=600000",
        "--reporter=dot",
        ...files,
        ...NOT.map((file) => `--exclude=${file}`),
      ],
      {
        cwd: root,
        stdio: "inherit",
        env: { ...process.env, MARU_CACHE: cache, MARU_TEST_DEVICE: "native", ...env },
      },
    );
    console.log(
      `== ${name}: ${status === 0 ? "passed" : "FAILED"}, ${((performance.now() - began) / 1000).toFixed(0)} s`,
    );
    if (status !== 0) failed++;
  }
} finally {
  rmSync(cache, { recursive: true, force: true });
}
process.exit(failed === 0 ? 0 : 1);
