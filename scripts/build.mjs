/**
 * `npm run build`: makes dist/ from src/ from scratch, so that nothing of a removed source stays behind. TypeScript checks
 * and writes the declarations; esbuild writes one file an entry point and what they share, since Node takes four times as
 * long to load two hundred files.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

for (const path of ["dist", join(".cache", "build.tsbuildinfo")]) {
  rmSync(join(root, path), { recursive: true, force: true });
}
const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
const { status } = spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
if (status !== 0) process.exit(status ?? 1);

const { exports, bin } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const entries = [...Object.values(exports).flatMap((entry) => Object.values(entry)), ...Object.values(bin)]
  .filter((path) => path?.endsWith(".js") && !path.includes("/modules/"))
  .map((path) => path.replace(/^(\.\/)?dist\//, "src/").replace(/\.js$/, ".ts"));
await build({
  absWorkingDir: root,
  entryPoints: entries,
  outdir: "dist",
  outbase: "src",
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  // Nothing of Node's is put in; what is for Node alone is imported where it runs there.
  platform: "neutral",
  mainFields: ["module", "main"],
  packages: "external",
  external: ["node:*"],
  target: "es2022",
  sourcemap: true,
  logLevel: "warning",
});
// For bundlers of pages each module by itself, so that they can leave out what a program does not use.
const modules = readdirSync(join(root, "src"), { recursive: true })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".ts") && !path.startsWith("cli/") && path !== "node.ts");
await build({
  absWorkingDir: root,
  entryPoints: modules.map((path) => `src/${path}`),
  outdir: "dist/modules",
  outbase: "src",
  format: "esm",
  target: "es2022",
  sourcemap: true,
  logLevel: "warning",
});
chmodSync(join(root, "dist", "cli", "main.js"), 0o755);
