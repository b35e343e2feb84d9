/** The compiling device that tests of the compiler run on: wasm, or native where MARU_TEST_DEVICE says so. */
import type { Target } from "../../src/targets/index.js";
import { native } from "../../src/targets/native/native.js";
import { setWasmThreads } from "../../src/targets/wasm/engine.js";
import { wasm } from "../../src/targets/wasm/wasm.js";

const isNative = globalThis.process.env.MARU_TEST_DEVICE === "native";

export const underTest: Target = isNative ? native : wasm;

const usual = native.threads!;

/** Threads of the device; without a number as many as it has by itself. */
export function useThreads(count?: number): void {
  if (isNative) native.setThreads!(count ?? usual);
  else setWasmThreads(count);
}
