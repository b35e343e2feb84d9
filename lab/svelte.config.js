import { fileURLToPath } from "node:url";
import { vitePreprocess } from "@sveltejs/vite-plugin-svelte";
import adapter from "./build-plugins/adapter.js";

const maru = (path) => fileURLToPath(new URL(`../dist/${path}`, import.meta.url));

/** @type {import("@sveltejs/kit").Config} */
export default {
  preprocess: vitePreprocess({ script: true }),
  compilerOptions: { runes: true },
  kit: {
    adapter: adapter(),
    // The page registers it itself, and can say where a browser refuses it.
    serviceWorker: { register: false },
    // The library as a page gets it: the built package, by its public entries alone.
    alias: {
      "maru/light": maru("modules/light.js"),
      "maru/data": maru("modules/data/index.js"),
      "maru/formats": maru("modules/formats/index.js"),
      maru: maru("modules/index.js"),
    },
    csp: {
      mode: "hash",
      directives: {
        "default-src": ["none"],
        "script-src": ["self", "wasm-unsafe-eval"],
        "worker-src": ["self", "blob:"],
        "connect-src": ["self"],
        "img-src": ["self", "data:", "blob:"],
        "font-src": ["self"],
        "style-src": ["self"],
        // KaTeX places what it sets by style attributes; style sheets come from files alone.
        "style-src-attr": ["unsafe-inline"],
        "manifest-src": ["self"],
        "frame-src": ["self"],
        "base-uri": ["self"],
        "form-action": ["none"],
      },
    },
    prerender: { entries: ["/", "/ko/", "/en/", "/404"], handleHttpError: "fail", handleMissingId: "fail" },
    typescript: {
      config: (config) => {
        // What is run is the bundle for pages; its types stand beside it.
        for (const name of ["maru", "maru/light", "maru/data", "maru/formats"]) {
          const entry =
            name === "maru" ? "index" : name === "maru/light" ? "light" : `${name.slice(5)}/index`;
          config.compilerOptions.paths[name] = [`../../dist/${entry}.d.ts`];
        }
        return config;
      },
    },
  },
};
