/**
 * All style sheets in one. Each is small, but a page would wait for all those of chapters that it may come to, one request
 * after another, before its first paint.
 */
import type { Plugin } from "vite";

export function oneSheet(): Plugin {
  return {
    name: "lab-one-sheet",
    apply: "build",
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
