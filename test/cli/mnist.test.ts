/** All 60,000 digits from the command line, with the default seed: what the README promises. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const main = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

test("three epochs reach 0.97 on the 10,000 test digits", { timeout: 600_000 }, () => {
  const out = mkdtempSync(join(tmpdir(), "maru-mnist-"));
  try {
    const words = [
      "train",
      "--data",
      "mnist",
      "--model",
      "mlp",
      "--epochs",
      "3",
      "--json",
      "--out",
      join(out, "run"),
    ];
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], { encoding: "utf8" });
    expect(status, stderr).toBe(0);
    const records = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string; valAccuracy?: number });
    expect(records.map(({ event }) => event)).toEqual(["epoch", "epoch", "epoch", "done"]);
    expect(records[2]!.valAccuracy).toBeGreaterThanOrEqual(0.97);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
});
