import { sveltekit } from "@sveltejs/kit/vite";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [sveltekit()],
  cacheDir: ".cache/vite",
  // Workers are modules with chunks of their own, as pages are.
  worker: { format: "es" },
  // Fonts too are files: the policy of the pages lets nothing else in.
  build: { assetsInlineLimit: 0, target: "es2022", chunkSizeWarningLimit: 4000 },
});
