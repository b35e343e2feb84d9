/** The static adapter, and beside each file of text the same file compressed, for servers that look for one. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import adapter from "@sveltejs/adapter-static";

const TEXT = /\.(html|js|css|json|svg|wasm|txt|webmanifest|bin)$/;
const SMALL = 1024;

/** @returns {import("@sveltejs/kit").Adapter} */
export default function staticAndCompressed(folder = "build") {
  const inner = adapter({ pages: folder, assets: folder });
  return {
    name: "lab-static",
    async adapt(builder) {
      await inner.adapt(builder);
      for (const name of readdirSync(folder, { recursive: true })) {
        const path = join(folder, name);
        const stats = statSync(path);
        if (!stats.isFile() || !TEXT.test(path) || stats.size < SMALL) continue;
        const packed = gzipSync(readFileSync(path), { level: 9 });
        if (packed.length < 0.95 * stats.size) writeFileSync(`${path}.gz`, packed);
      }
    },
  };
}
