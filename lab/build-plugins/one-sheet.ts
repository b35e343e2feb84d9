/**
 * All style sheets in one. Each is small, but a page would wait for all those of chapters that it may come to, one request
 * after another, before its first paint. A part that comes later then brings no sheet with it, and what Vite puts around
 * its import to fetch sheets first has nothing to do.
 */
import type { Plugin } from "vite";

export function oneSheet(): Plugin {
  return {
    name: "lab-one-sheet",
    apply: "build",
    enforce: "pre",
    load: (id) =>
      id === "\0vite/preload-helper.js" ? "export const __vitePreload = (load) => load();" : undefined,
    config: (_, { isSsrBuild }) =>
      isSsrBuild
        ? {}
        : {
            build: {
              rolldownOptions: {
                output: { codeSplitting: { groups: [{ name: "style", test: /\.css$|[?&]type=style/ }] } },
              },
            },
          },
  };
}
