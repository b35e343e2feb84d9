/** `npm run build`: compiles src/ into dist/ from scratch, so that nothing of a removed source stays behind. */
import { spawnSync } from "node:child_process";
import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

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
chmodSync(join(root, "dist", "cli", "main.js"), 0o755);
