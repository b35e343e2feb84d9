/** Tests read the source; "maru" in examples means it too. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^maru$/, replacement: source("index.ts") },
      { find: /^maru\/(data|formats|plot)$/, replacement: `${source("")}$1/index.ts` },
      { find: /^maru\/formats\/node$/, replacement: source("formats/node.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup/device.ts"],
    pool: "forks",
    execArgv: ["--expose-gc"],
    // `fit` is a word of ours, so the linter does not look for focused tests; this does.
    allowOnly: false,
    testTimeout: 60_000,
  },
});
