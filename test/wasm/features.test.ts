/** The probes: what they say is true where it is used. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { features } from "../../src/targets/wasm/features.js";

/** (a, b, c) -> a * b + c by f32x4.relaxed_madd, in a loop of `n` calls, so that optimised code is reached. */
const MADD = new Uint8Array([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x08, 0x01, 0x60, 0x03, 0x7d, 0x7d, 0x7d, 0x01, 0x7d],
  ...[0x03, 0x02, 0x01, 0x00, 0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x00, 0x0a, 0x16, 0x01, 0x14, 0x00],
  ...[
    0x20, 0x00, 0xfd, 0x13, 0x20, 0x01, 0xfd, 0x13, 0x20, 0x02, 0xfd, 0x13, 0xfd, 0x85, 0x02, 0xfd, 0x1f,
    0x00,
  ],
  0x0b,
]);

test("Node has vectors, shared memory and threads that may wait", () => {
  expect(features()).toMatchObject({
    simd: true,
    relaxedSimd: true,
    sharedMemory: true,
    mayWait: true,
    isolated: true,
  });
  expect(features()).toBe(features());
});

test("the multiply-add rounds as the probe says, before and after the engine has optimised it", () => {
  const { fusedMultiplyAdd } = features();
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(MADD));
  const madd = exports.f as (a: number, b: number, c: number) => number;
  const x = 1 + 2 ** -12;
  const results = new Set<number>();
  for (let i = 0; i < 300_000; i++) results.add(madd(x, x, -Math.fround(x * x)));
  expect([...results]).toEqual([fusedMultiplyAdd ? 2 ** -24 : 0]);
});

test("workers have what this thread has", async () => {
  features();
  const worker = new Worker(
    `const { workerData, parentPort } = process.getBuiltinModule("node:worker_threads");
     const x = 1 + 2 ** -12;
     const { f } = new WebAssembly.Instance(new WebAssembly.Module(workerData)).exports;
     parentPort.postMessage(f(x, x, -Math.fround(x * x)));`,
    { eval: true, workerData: MADD },
  );
  const result = await new Promise((resolve, reject) => {
    worker.on("message", resolve);
    worker.on("error", reject);
  });
  expect(result).toBe(features().fusedMultiplyAdd ? 2 ** -24 : 0);
});

test("probing makes no noise, and works when modules were compiled before", () => {
  const source = fileURLToPath(new URL("../../src/targets/wasm/features.ts", import.meta.url));
  const script = `
    new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]));
    const { features } = await import(${JSON.stringify(source)});
    console.log(features().relaxedSimd);`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--import", "tsx", "--input-type=module", "-e", script],
    { encoding: "utf8" },
  );
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "true\n", stderr: "" });
});
