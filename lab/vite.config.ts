import { sveltekit } from "@sveltejs/kit/vite";
import { defineConfig } from "vite";
import { digits } from "./build-plugins/digits.js";
import { fileList } from "./build-plugins/file-list.js";
import { fonts } from "./build-plugins/fonts.js";
import { maruFiles } from "./build-plugins/maru-files.js";
import { oneSheet } from "./build-plugins/one-sheet.js";

export default defineConfig({
  plugins: [maruFiles(), digits(), fonts(), sveltekit(), oneSheet(), fileList()],
  cacheDir: ".cache/vite",
  // Workers are modules with chunks of their own, as pages are.
  worker: { format: "es" },
  // Fonts too are files: the policy of the pages lets nothing else in.
  build: { modulePreload: false, assetsInlineLimit: 0, target: "es2022", chunkSizeWarningLimit: 4000 },
});
