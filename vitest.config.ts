/**
 * Tests read the source; "maru" in examples means it too. Loading it takes longer than most tests, so those that leave
 * nothing behind share processes; the others have one each.
 */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** Rooms whose tests compute and compare. */
const SHARED = [
  "autodiff",
  "data",
  "formats",
  "goldens",
  "graph",
  "nn",
  "ops",
  "optim",
  "plot",
  "print",
  "shape",
].map((room) => `test/${room}/**/*.test.ts`);

/** Those that measure time, which nothing else may take from them, or put something in the place of Node's own. */
const ALONE = [
  "test/formats/atomic-write.test.ts",
  "test/tensor/compile-speed.test.ts",
  "test/types/types.test.ts",
  "test/wasm/threads.test.ts",
];

/** What goes through all chapters, or waits for service workers and timers: `MARU_LAB_ALL=1 npm test -- lab` has it too. */
const LAB_SLOW = [
  "address",
  "axe",
  "browsers",
  "classroom",
  "keyboard",
  "language",
  "narrow",
  "offline",
  "rate",
].map((name) => `lab/test/browser/frame-${name}.test.ts`);

export default defineConfig({
  resolve: {
    alias: [
      { find: /^maru$/, replacement: source("index.ts") },
      { find: /^maru\/light$/, replacement: source("light.ts") },
      { find: /^maru\/(data|formats|plot)$/, replacement: `${source("")}$1/index.ts` },
      { find: /^maru\/formats\/node$/, replacement: source("formats/node.ts") },
    ],
  },
  test: {
    setupFiles: ["test/setup/device.ts"],
    pool: "forks",
    execArgv: ["--expose-gc"],
    // `fit` is a word of ours, so the linter does not look for focused tests; this does.
    allowOnly: false,
    testTimeout: 60_000,
    // Some build a page or the package first.
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: "shared",
          include: SHARED,
          exclude: ALONE,
          isolate: false,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "own",
          include: ["test/**/*.test.ts"],
          exclude: [...SHARED, ...ALONE],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "lab",
          include: ["lab/test/**/*.test.ts"],
          exclude: process.env.MARU_LAB_ALL === "1" ? [] : LAB_SLOW,
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
      {
        extends: true,
        test: { name: "alone", include: ALONE, maxWorkers: 1, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
