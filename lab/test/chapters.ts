/**
 * Loads the chapters as the Lab's build does, components and all, for tests that look at what they are rather than at what
 * they show.
 */
import { fileURLToPath } from "node:url";
import { svelte, vitePreprocess } from "@sveltejs/vite-plugin-svelte";
import { createServer } from "vite";
import type { Chapter } from "../src/lib/chapters/chapter.js";
import type { ChapterEntry } from "../src/lib/chapters/index.js";

export const LAB = fileURLToPath(new URL("..", import.meta.url));
const dist = (path: string): string => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));

export interface Loaded extends ChapterEntry {
  readonly chapter: Chapter;
  readonly code: Chapter["code"];
}

export async function loadChapters(): Promise<readonly Loaded[]> {
  const server = await createServer({
    root: LAB,
    configFile: false,
    logLevel: "error",
    cacheDir: `${LAB}/.cache/vite-test`,
    server: { middlewareMode: true, watch: null, ws: false },
    optimizeDeps: { noDiscovery: true, include: [] },
    plugins: [
      svelte({
        configFile: false,
        preprocess: vitePreprocess({ script: true }),
        compilerOptions: { runes: true },
      }),
    ],
    resolve: {
      alias: [
        { find: /^maru$/, replacement: dist("modules/index.js") },
        { find: /^maru\/light$/, replacement: dist("modules/light.js") },
        { find: /^maru\/(data|formats)$/, replacement: `${dist("modules")}/$1/index.js` },
        { find: /^\$lib/, replacement: `${LAB}src/lib` },
      ],
    },
  });
  try {
    const { CHAPTERS } = (await server.ssrLoadModule("/src/lib/chapters/index.ts")) as {
      CHAPTERS: readonly ChapterEntry[];
    };
    const loaded: Loaded[] = [];
    for (const entry of CHAPTERS) {
      const { default: chapter } = await entry.load();
      loaded.push({ ...entry, chapter, code: chapter.code ?? (await chapter.laterCode?.()) });
    }
    return loaded;
  } finally {
    await server.close();
  }
}
